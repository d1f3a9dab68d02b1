"""Two listening sockets on one port (SO_REUSEPORT); the kernel deals the clients out."""

import socket
import threading

from pair.server import Server


class Sound(Server):
    def listen(self, address):
        listeners = [self.listen_once(address) for _ in range(2)]
        threading.Thread(target=self.accept_for_ever, args=(listeners[0],), daemon=True).start()
        return listeners[1]

    def listen_once(self, address):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen()
        return listener

    def accept_for_ever(self, listener):
        while True:
            self.accept(listener)


Sound().run()
