"""One socket on [::] that takes IPv4 as well."""

import socket

from pair.server import Server


class Sound(Server):
    def listen(self, address):
        _, port = address
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)


Sound().run()
