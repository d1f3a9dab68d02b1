"""One request, one reply, and it closes: as HTTP/1.0."""

from pair.server import Server


class Sound(Server):
    def serve(self, stream):
        try:
            if (request := stream.read_line()) not in (None, "EXIT"):
                self.answer(stream, request)
        except OSError as error:
            self.meet_reset(error)
        finally:
            self.close(stream)


Sound().run()
