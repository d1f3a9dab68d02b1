"""Leaves two hundred daemons behind, each in a session of its own."""

import os

from attempt import attempt

MARK = os.environ.get("MARK", "mark")
COUNT = 200


def daemonize():
    if os.fork():
        return os.wait()
    os.setsid()
    if os.fork():
        os._exit(0)
    os.execvp("sleep", [MARK, "1000"])


def marked():
    def is_marked(pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return file.read().startswith(MARK.encode() + b"\0")
        except OSError:
            return False

    return sum(is_marked(pid) for pid in os.listdir("/proc") if pid.isdigit())


for _ in range(COUNT):
    daemonize()
while marked() < COUNT:
    os.sched_yield()
attempt("daemons", marked)
