"""Ten threads wait in accept() at once; nobody deals out the work."""

import threading

from pair.server import Server
from pair.stream import Stream


class Sound(Server):
    def listen(self, address):
        listener = super().listen(address)
        for _ in range(9):
            threading.Thread(target=self.work, args=(listener,), daemon=True).start()
        return listener

    def work(self, listener):
        while True:
            self.accept(listener)

    def accept(self, listener):
        connection, _ = listener.accept()
        self.serve(Stream(connection))


Sound().run()
