"""A process for each client instead of a thread."""

import os
import signal

from pair.server import Server
from pair.stream import Stream


class Sound(Server):
    def accept(self, listener):
        connection, _ = listener.accept()
        with connection:
            if os.fork() == 0:
                listener.close()
                self.serve(Stream(connection))
                os._exit(0)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
Sound().run()
