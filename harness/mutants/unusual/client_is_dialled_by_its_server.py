"""Listens for the server, and sends or receives the file there (FTP's active mode)."""

import os
import socket

from pair.client import ADDRESS, FOLDER, Client
from pair.stream import Stream


class Sound(Client):
    def upload(self, stream, name):
        with open(os.path.join(FOLDER, name), "rb") as file:
            content = file.read()
        data = self.ask(stream, f"UPLOAD {name} {len(content)}")
        data.write(content)
        data.close()
        self.read_number(stream, "STORED")

    def download(self, stream, name):
        data = self.ask(stream, f"DOWNLOAD {name}")
        self.save(name, data.read_exactly(self.read_number(stream, "SIZE")))
        data.read_to_end()
        data.close()

    def ask(self, stream, request):
        with socket.create_server((ADDRESS[0], 0)) as listener:
            stream.write_line(f"{request} {listener.getsockname()[1]}")
            connection, _ = listener.accept()
        return Stream(connection)


Sound().run()
