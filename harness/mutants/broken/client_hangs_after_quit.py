"""Takes its leave and then neither closes nor ends: its FIN comes only when it is killed."""

import signal

from pair.client import Client


class Mutant(Client):
    def quit(self, stream):
        stream.write_line("EXIT")
        stream.read_line()
        signal.pause()


Mutant().run()
