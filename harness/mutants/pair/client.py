"""The sound client. A mutant overrides one method of it."""

import os
import socket
import sys

from pair.stream import Stream

ADDRESS = ("127.0.0.1", 5001)
FOLDER = "client-files"


class Client:
    def run(self):
        os.makedirs(FOLDER, exist_ok=True)
        stream = Stream(self.connect(ADDRESS))
        self.greet(stream)
        while (choice := input("1 list, 2 upload, 3 download, 4 exit\nChoice: ")) != "4":
            self.obey(stream, choice)
        self.quit(stream)

    def connect(self, address):
        try:
            return socket.create_connection(address)
        except OSError as error:
            sys.exit(f"cannot connect: {error}")

    def greet(self, stream):
        """The protocol has no greeting."""

    def obey(self, stream, choice):
        if choice == "1":
            self.list(stream)
        elif choice == "2":
            self.upload(stream, input("File name: "))
        elif choice == "3":
            self.download(stream, input("File name: "))

    def list(self, stream):
        stream.write_line("LIST")
        for _ in range(self.read_number(stream, "FILES")):
            print(stream.read_line())

    def upload(self, stream, name):
        with open(os.path.join(FOLDER, name), "rb") as file:
            content = file.read()
        stream.write_line(f"UPLOAD {name} {len(content)}")
        stream.read_line()
        self.send(stream, content)
        self.read_number(stream, "STORED")

    def send(self, stream, content):
        stream.write(content)

    def download(self, stream, name):
        stream.write_line(f"DOWNLOAD {name}")
        self.save(name, self.receive(stream, self.read_number(stream, "SIZE")))

    def receive(self, stream, size):
        return stream.read_exactly(size)

    def read_number(self, stream, word):
        reply = stream.read_line()
        if reply is None or not reply.startswith(f"{word} "):
            sys.exit(f"no {word} but {reply!r}")
        return int(reply.split()[1])

    def save(self, name, content):
        with open(os.path.join(FOLDER, name), "wb") as file:
            file.write(content)

    def quit(self, stream):
        stream.write_line("EXIT")
        stream.read_line()
        stream.close()


if __name__ == "__main__":
    Client().run()
