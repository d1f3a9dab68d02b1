"""Makes packets of its own, changes the network, makes another, and reaches out of it."""

import ctypes
import fcntl
import os
import socket
import struct

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
SIOCSIFFLAGS = 0x8914
TCP_REPAIR, IP_TRANSPARENT = 19, 19
AF_PACKET_EVERYTHING = socket.htons(3)


def unshare(flags):
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "")


def lo_down():
    with socket.socket() as any_socket:
        request = struct.pack("16sH22x", b"lo", 0)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def set_option(level, option):
    with socket.socket() as any_socket:
        any_socket.setsockopt(level, option, 1)


def reach(address, family=socket.AF_INET):
    with socket.socket(family) as any_socket:
        any_socket.connect((address, 80))


def say_by_udp():
    with socket.socket(type=socket.SOCK_DGRAM) as any_socket:
        any_socket.sendto(b"hello", ("192.0.2.1", 53))


def write(path):
    with open(path, "w") as file:
        file.write("1")


attempt("AF_PACKET", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, AF_PACKET_EVERYTHING))
attempt("a raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP))
attempt("a raw IPv6 socket", lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_TCP))
attempt("TCP_REPAIR", lambda: set_option(socket.IPPROTO_TCP, TCP_REPAIR))
attempt("IP_TRANSPARENT", lambda: set_option(socket.IPPROTO_IP, IP_TRANSPARENT))
attempt("lo down", lo_down)
attempt("a network of its own", lambda: unshare(CLONE_NEWNET))
attempt("a user namespace", lambda: unshare(CLONE_NEWUSER))
attempt("both", lambda: unshare(CLONE_NEWUSER | CLONE_NEWNET))
attempt("mounts of its own", lambda: unshare(CLONE_NEWNS))
attempt("a setting", lambda: write("/proc/sys/net/ipv4/tcp_rmem"))
attempt("the way back", lambda: write("/proc/sys/user/max_user_namespaces"))
attempt("another host", lambda: reach("192.0.2.1"))
attempt("another host by IPv6", lambda: reach("2001:db8::1", socket.AF_INET6))
attempt("another host by UDP", say_by_udp)
