"""Length and file leave in one write: a recv() may get both."""

from pair.server import Server


class Sound(Server):
    def answer_download(self, stream, content):
        stream.write(f"SIZE {len(content)}\n".encode() + content)


Sound().run()
