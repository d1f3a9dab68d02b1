"""Reads the length of a download as four bytes in network byte order."""

import struct

from pair.client import Client


class Sound(Client):
    def download(self, stream, name):
        stream.write_line(f"DOWNLOAD {name}")
        _, size = struct.unpack("!5sI", stream.read_exactly(9))
        self.save(name, self.receive(stream, size))


Sound().run()
