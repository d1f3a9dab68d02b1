"""Makes calls as a program of 32 bits does, by their numbers and by interrupt 0x80, which any program of x86 may."""

import ctypes
import mmap
import os
import socket

from attempt import attempt

SOCKET, ADD_KEY, IO_URING_SETUP, DUP = 359, 286, 425, 41
NETLINK_USERSOCK = 2
# mov eax, edi; push rbx; mov ebx, esi; mov r8d, ecx; mov ecx, edx; mov edx, r8d; int 0x80; pop rbx; ret
CODE = bytes.fromhex("89f8 53 89f3 4189c8 89d1 4489c2 cd80 5b c3")

memory = mmap.mmap(-1, len(CODE), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(CODE)
place = ctypes.addressof(ctypes.c_char.from_buffer(memory))
call = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_int] * 4)(place)


def made(*arguments):
    result = call(*arguments)
    if result < 0:
        raise OSError(-result, "")


def kernel_takes_them():
    """A kernel without them ends who makes one."""
    child = os.fork()
    if child == 0:
        os._exit(call(DUP, 1, 0, 0) < 0)
    return os.waitpid(child, 0)[1] == 0


if kernel_takes_them():
    attempt("the machine's host", lambda: made(SOCKET, socket.AF_VSOCK, socket.SOCK_STREAM, 0))
    attempt("netlink between processes", lambda: made(SOCKET, socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_USERSOCK))
    attempt("a key", lambda: made(ADD_KEY, 0, 0, 0))
    attempt("sockets by io_uring", lambda: made(IO_URING_SETUP, 1, 0, 0))
    attempt("an honest socket", lambda: made(SOCKET, socket.AF_INET, socket.SOCK_STREAM, 0))
else:
    print("tried calls of 32 bits: unknown", flush=True)
