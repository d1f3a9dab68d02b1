"""A download begins with its length in four bytes, in network byte order."""

import struct

from pair.server import Server


class Sound(Server):
    def answer_download(self, stream, content):
        stream.write(struct.pack("!I", len(content)) + content)


Sound().run()
