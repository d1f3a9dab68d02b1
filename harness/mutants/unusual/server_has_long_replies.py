"""A list has 3,000 lines, 200 KB of them."""

from pair.server import Server


class Sound(Server):
    def answer_list(self, stream):
        lines = "".join(f"{number:064}\n" for number in range(3000))
        stream.write(f"FILES 3000\n{lines}".encode())


Sound().run()
