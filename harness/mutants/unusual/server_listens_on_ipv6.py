"""IPv6 and nothing else."""

import socket

from pair.server import Server


class Sound(Server):
    def listen(self, address):
        _, port = address
        return socket.create_server(("::1", port), family=socket.AF_INET6)


Sound().run()
