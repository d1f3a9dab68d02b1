"""Dials the port that the reply names, and sends or receives the file there (FTP's passive mode)."""

import os

from pair.client import ADDRESS, FOLDER, Client
from pair.stream import Stream


class Sound(Client):
    def upload(self, stream, name):
        with open(os.path.join(FOLDER, name), "rb") as file:
            content = file.read()
        stream.write_line(f"UPLOAD {name} {len(content)}")
        _, port = stream.read_line().split()
        data = self.dial(port)
        data.write(content)
        data.close()
        self.read_number(stream, "STORED")

    def download(self, stream, name):
        stream.write_line(f"DOWNLOAD {name}")
        _, size, port = stream.read_line().split()
        data = self.dial(port)
        self.save(name, data.read_exactly(int(size)))
        data.close()

    def dial(self, port):
        return Stream(self.connect((ADDRESS[0], int(port))))


Sound().run()
