"""Ignores SIGTERM: only SIGKILL ends it."""

import signal

from pair.server import Server

signal.signal(signal.SIGTERM, signal.SIG_IGN)
Server().run()
