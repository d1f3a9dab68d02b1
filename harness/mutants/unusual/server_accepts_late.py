"""Takes its time before each accept(): clients are connected long before they are served."""

import time

from pair.server import Server


class Sound(Server):
    def accept(self, listener):
        time.sleep(0.3)
        super().accept(listener)


Sound().run()
