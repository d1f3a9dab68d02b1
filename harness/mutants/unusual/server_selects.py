"""One thread, and select(): a request is served when its socket is readable."""

import select

from pair.one_thread import OneThread, Piecewise


class Sound(OneThread):
    def accept(self, listener):
        streams = {}
        while True:
            readable, _, _ = select.select([listener, *streams], [], [])
            for socket in readable:
                if socket is listener:
                    connection, _ = listener.accept()
                    streams[connection] = Piecewise(connection)
                elif not self.serve_once(streams[socket]):
                    streams.pop(socket).close()


Sound().run()
