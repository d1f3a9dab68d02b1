"""One thread, and epoll: the connections have numbers, not threads."""

import select

from pair.server import Server
from pair.stream import Stream


class Sound(Server):
    def accept(self, listener):
        poll = select.epoll()
        poll.register(listener, select.EPOLLIN)
        streams = {}
        while True:
            for number, _ in poll.poll():
                if number == listener.fileno():
                    connection, _ = listener.accept()
                    streams[connection.fileno()] = Stream(connection)
                    poll.register(connection, select.EPOLLIN)
                elif not self.serve_once(streams[number]):
                    poll.unregister(number)
                    streams.pop(number).close()

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
