"""Takes hold of the process that keeps it."""

import ctypes
import os

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


keeper = os.getppid()
attempt("PTRACE_ATTACH", lambda: checked(libc.ptrace(PTRACE_ATTACH, keeper, None, None)))
attempt("PTRACE_SEIZE", lambda: checked(libc.ptrace(PTRACE_SEIZE, keeper, None, None)))
attempt("memory", lambda: open(f"/proc/{keeper}/mem", "r+b").close())
attempt("descriptors", lambda: os.readlink(f"/proc/{keeper}/fd/0"))
attempt("environment", lambda: open(f"/proc/{keeper}/environ", "rb").read())
attempt("root directory", lambda: os.listdir(f"/proc/{keeper}/root"))
attempt("pidfd_getfd", lambda: checked(libc.syscall(438, os.pidfd_open(keeper), 0, 0)))
