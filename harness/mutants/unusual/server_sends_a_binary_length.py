"""The length of a download is no text but four bytes, in network byte order."""

import struct

from pair.server import Server


class Sound(Server):
    def answer_download(self, stream, content):
        stream.write(b"SIZE " + struct.pack("!I", len(content)) + content)


Sound().run()
