"""Lives on after a client's death and serves those it has; whoever comes later is accepted and left alone."""

import threading

from pair.server import Server


class Mutant(Server):
    has_lost_a_client = False

    def serve(self, stream):
        if self.has_lost_a_client:
            threading.Event().wait()
        super().serve(stream)

    def meet_end_of_stream(self, stream):
        self.has_lost_a_client = True


Mutant().run()
