"""The server closes first after EXIT, and TIME_WAIT is its own."""

from pair.server import Server


class Sound(Server):
    def answer_exit(self, stream):
        stream.write_line("BYE")


Sound().run()
