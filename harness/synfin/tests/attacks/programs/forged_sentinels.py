"""Sends what looks like the grader's own datagrams, and datagrams that look like TCP on its way through a tunnel."""

import os
import socket
import struct

from attempt import attempt

LABEL = b"synfin sentinel"
DISCARD, VXLAN, GENEVE, GTP_U, TEREDO = 9, 4789, 6081, 2152, 3544
RST = 0x04


def tcp_in_ip(flags):
    tcp = struct.pack("!HHIIBBHHH", 5001, 40000, 1, 1, 5 << 4, flags, 65535, 0, 0)
    loopback = socket.inet_aton("127.0.0.1")
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, socket.IPPROTO_TCP, 0)
    return ip + loopback + loopback + tcp


def in_vxlan(packet):
    ethernet = bytes(12) + struct.pack("!H", 0x0800)
    return struct.pack("!II", 0x08000000, 1 << 8) + ethernet + packet


def in_geneve(packet):
    return struct.pack("!BBHI", 0, 0, 0x0800, 1 << 8) + packet


def in_gtp(packet):
    return struct.pack("!BBHI", 0x30, 0xFF, len(packet), 1) + packet


def send(port, payload):
    with socket.socket(type=socket.SOCK_DGRAM) as any_socket:
        any_socket.sendto(payload, ("127.0.0.1", port))


def take_discard():
    with socket.socket(type=socket.SOCK_DGRAM) as any_socket:
        any_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        any_socket.bind(("127.0.0.1", DISCARD))


for _ in range(100):
    send(DISCARD, os.urandom(16) + LABEL)
attempt("a forged sentinel", lambda: send(DISCARD, bytes(16) + LABEL))
attempt("the sentinels' port", take_discard)
attempt("a RST in VXLAN", lambda: send(VXLAN, in_vxlan(tcp_in_ip(RST))))
attempt("a RST in Geneve", lambda: send(GENEVE, in_geneve(tcp_in_ip(RST))))
attempt("a RST in GTP", lambda: send(GTP_U, in_gtp(tcp_in_ip(RST))))
attempt("a RST in Teredo", lambda: send(TEREDO, tcp_in_ip(RST)))
