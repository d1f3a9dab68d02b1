"""A banner comes before any request."""

from pair.server import Server


class Sound(Server):
    def serve(self, stream):
        stream.write_line("WELCOME 1")
        super().serve(stream)


Sound().run()
