"""Leaves a process behind that holds the terminal, and is deaf to every signal that may be ignored."""

import os
import signal

from attempt import attempt

reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    for number in range(1, signal.NSIG):
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
    os.write(writer, b"deaf")
    while True:
        signal.pause()
attempt("a deaf daemon", lambda: os.read(reader, 4).decode())
