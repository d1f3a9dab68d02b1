"""A thread looks after the clients; when it finds one gone, its error ends the program."""

import os
import threading
import traceback

from pair.server import Server

LOOKS_AFTER_SECONDS = 1


class Mutant(Server):
    def meet_end_of_stream(self, stream):
        threading.Timer(LOOKS_AFTER_SECONDS, find_it_gone).start()


def find_it_gone():
    try:
        {}["client"]
    except KeyError:
        traceback.print_exc()
        os._exit(1)


Mutant().run()
