"""Serves four clients; a fifth is told to come later."""

import threading

from pair.server import Server

PLACES = threading.Semaphore(4)


class Mutant(Server):
    def serve(self, stream):
        if PLACES.acquire(blocking=False):
            super().serve(stream)
            PLACES.release()
        else:
            stream.write_line("ERROR too many clients")
            stream.close()


Mutant().run()
