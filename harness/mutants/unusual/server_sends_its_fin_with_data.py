"""The last line and the FIN leave in one segment."""

import socket

from pair.server import Server


class Sound(Server):
    def answer_exit(self, stream):
        stream.connection.send(b"BYE\n", socket.MSG_MORE)
        stream.connection.shutdown(socket.SHUT_WR)
        stream.read_to_end()


Sound().run()
