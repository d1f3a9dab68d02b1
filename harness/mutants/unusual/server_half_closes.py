"""Says that it has no more to say, and listens until the client has no more either."""

import socket

from pair.server import Server


class Sound(Server):
    def answer_exit(self, stream):
        stream.write_line("BYE")
        stream.connection.shutdown(socket.SHUT_WR)
        stream.read_to_end()


Sound().run()
