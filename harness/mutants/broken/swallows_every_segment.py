"""Listens, but a socket filter drops what arrives, as a firewall would: no SYN is answered."""

import ctypes
import socket
import struct

from pair.server import Server

SO_ATTACH_FILTER = 26
BPF_RETURN_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)


class Mutant(Server):
    def listen(self, address):
        listener = super().listen(address)
        program = ctypes.create_string_buffer(BPF_RETURN_NOTHING)
        filter = struct.pack("HL", 1, ctypes.addressof(program))
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter)
        return listener


Mutant().run()
