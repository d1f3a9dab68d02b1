"""Packs the length of a download as this machine has it, not in network byte order."""

import struct

from pair.server import Server


class Mutant(Server):
    def answer_download(self, stream, content):
        stream.write(b"SIZE " + struct.pack("=I", len(content)) + content)


Mutant().run()
