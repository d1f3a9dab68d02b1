"""An unhandled error of one client ends the program: the end of the stream is taken for a request."""

import os
import traceback

from pair.server import Server


class Mutant(Server):
    def meet_end_of_stream(self, stream):
        try:
            "".split()[0]
        except IndexError:
            traceback.print_exc()
            os._exit(1)


Mutant().run()
