"""One thread, and epoll: the connections have numbers, not threads."""

import select

from pair.one_thread import OneThread, Piecewise


class Sound(OneThread):
    def accept(self, listener):
        poll = select.epoll()
        poll.register(listener, select.EPOLLIN)
        streams = {}
        while True:
            for number, _ in poll.poll():
                if number == listener.fileno():
                    connection, _ = listener.accept()
                    streams[connection.fileno()] = Piecewise(connection)
                    poll.register(connection, select.EPOLLIN)
                elif not self.serve_once(streams[number]):
                    poll.unregister(number)
                    streams.pop(number).close()


Sound().run()
