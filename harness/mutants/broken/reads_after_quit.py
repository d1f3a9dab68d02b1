"""Original fault: after EXIT the connection is closed and then read again, and the error ends the program."""

import os
import traceback

from pair.server import Server


class Mutant(Server):
    def answer_exit(self, stream):
        # Open on the wire until the program has ended: no other client comes in between.
        with stream.connection.dup():
            stream.close()
            try:
                stream.read_line()
            except OSError:
                traceback.print_exc()
                os._exit(1)


Mutant().run()
