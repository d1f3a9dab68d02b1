"""Sends its FIN right behind EXIT and then reads what the server still has to say."""

import socket

from pair.client import Client


class Sound(Client):
    def quit(self, stream):
        stream.write_line("EXIT")
        stream.connection.shutdown(socket.SHUT_WR)
        stream.read_to_end()
        stream.close()


Sound().run()
