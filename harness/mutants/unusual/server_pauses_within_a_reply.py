"""Begins the reply to LIST at once, and ends it two seconds later."""

import time

from pair.server import Server


class Sound(Server):
    def answer_list(self, stream):
        stream.write("FILES ".encode())
        time.sleep(2)
        stream.write("0\n".encode())


Sound().run()
