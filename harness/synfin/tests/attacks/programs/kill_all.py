"""Kills and stops whatever it can reach: everybody, its parents, the first process."""

import os
import signal

from attempt import attempt

attempt("kill everybody", lambda: os.kill(-1, signal.SIGKILL))
attempt("processes left", lambda: len([name for name in os.listdir("/proc") if name.isdigit()]))
for name in ("SIGSTOP", "SIGKILL", "SIGTSTP", "SIGINT", "SIGUSR1"):
    attempt(f"{name} to the parent", lambda: os.kill(os.getppid(), getattr(signal, name)))
