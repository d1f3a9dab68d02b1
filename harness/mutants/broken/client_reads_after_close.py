"""Original fault: closes right after EXIT and reads then. The server's BYE meets a closed socket: RST."""

from pair.client import Client


class Mutant(Client):
    def quit(self, stream):
        stream.write_line("EXIT")
        stream.close()
        stream.read_line()


Mutant().run()
