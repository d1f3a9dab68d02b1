"""Original fault: recv() returns nothing for ever once a client is gone, and the loop goes on."""

from pair.server import Server


class Mutant(Server):
    def meet_end_of_stream(self, stream):
        while True:
            stream.connection.recv(4096)


Mutant().run()
