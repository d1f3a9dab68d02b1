"""Three workers, each of which ends with the first client that dies on it: after some deaths nobody serves."""

import queue
import threading

from pair.server import Server
from pair.stream import Stream


class Mutant(Server):
    waiting = queue.Queue()

    def work(self):
        while (stream := self.waiting.get()) is not None:
            self.serve(stream)

    def meet_end_of_stream(self, stream):
        raise SystemExit

    def accept(self, listener):
        connection, _ = listener.accept()
        self.waiting.put(Stream(connection))


server = Mutant()
for _ in range(3):
    threading.Thread(target=server.work, daemon=True).start()
server.run()
