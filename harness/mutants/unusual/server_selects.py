"""One thread, and select(): a request is served when its socket is readable."""

import select

from pair.server import Server
from pair.stream import Stream


class Sound(Server):
    def accept(self, listener):
        streams = {}
        while True:
            readable, _, _ = select.select([listener, *streams], [], [])
            for socket in readable:
                if socket is listener:
                    connection, _ = listener.accept()
                    streams[connection] = Stream(connection)
                elif not self.serve_once(streams[socket]):
                    streams.pop(socket).close()

    def serve_once(self, stream):
        """Whether the client stays."""
        try:
            request = stream.read_line()
            if request == "EXIT":
                stream.write_line("BYE")
            elif request is not None:
                self.answer(stream, request)
            return request is not None
        except OSError:
            return False


Sound().run()
