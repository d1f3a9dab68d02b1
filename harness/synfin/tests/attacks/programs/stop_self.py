"""Stops its parent, and then itself: who waits for it waits for ever."""

import os
import signal

from attempt import attempt

attempt("SIGSTOP to the parent", lambda: os.kill(os.getppid(), signal.SIGSTOP))
print("tried SIGSTOP to itself: done", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
