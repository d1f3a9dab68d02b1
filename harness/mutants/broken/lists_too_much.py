"""Lists a thousand files that are not there."""

from pair.server import Server

NAMES = [f"file-{number}" for number in range(1000)]


class Mutant(Server):
    def answer_list(self, stream):
        stream.write_line("\n".join([f"FILES {len(NAMES)}", *NAMES]))


Mutant().run()
