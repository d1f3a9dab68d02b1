"""Executes its arguments, behind the number of a user, as that user of a container: a network of its own whose lo is up, no way
to make namespaces, and for root the capabilities that Docker leaves (moby, oci/caps/defaults.go). Ends as they end."""

import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_CAPBSET_DROP = 24
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW, SYS_CHROOT, MKNOD,
# AUDIT_WRITE, SETFCAP
KEPT = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}

libc = ctypes.CDLL(None, use_errno=True)


def inside():
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    with open("/proc/sys/user/max_user_namespaces", "w") as limit:
        limit.write("0")
    for capability in set(range(64)) - KEPT:
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    user = int(sys.argv[1])
    if user != 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    os.execvp(sys.argv[2], sys.argv[2:])


unshared, mapped = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    os.write(unshared[1], b"!")
    os.read(mapped[0], 1)
    inside()
os.read(unshared[0], 1)
for ids in ("uid_map", "gid_map"):
    with open(f"/proc/{child}/{ids}", "w") as file:
        file.write("0 0 4294967295")
os.write(mapped[1], b"!")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
