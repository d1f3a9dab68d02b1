"""Leaves its parent as a daemon does: the process that was started ends at once, its grandchild listens."""

import os

from pair.server import Server

if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
Server().run()
