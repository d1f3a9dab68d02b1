"""Reads a reply's first line with one recv(), and throws away what of the file came along."""

from pair.client import Client


class Mutant(Client):
    def download(self, stream, name):
        stream.write_line(f"DOWNLOAD {name}")
        header = stream.connection.recv(1024)
        size = int(header.split()[1])
        self.save(name, self.receive(stream, size))


Mutant().run()
