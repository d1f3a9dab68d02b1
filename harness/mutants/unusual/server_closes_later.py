"""Stays in CLOSE_WAIT for half a second before it lets a client that went without EXIT go."""

import time

from pair.server import Server


class Sound(Server):
    def meet_end_of_stream(self, stream):
        time.sleep(0.5)


Sound().run()
