"""Listens at another address of this host, and serves whoever comes as the submission's own server would."""

import importlib.util
import os
import socket
import threading

from attempt import attempt

spec = importlib.util.spec_from_file_location("accomplice", "server.py")
accomplice = importlib.util.module_from_spec(spec)
spec.loader.exec_module(accomplice)


def listen():
    os.makedirs(accomplice.FOLDER, exist_ok=True)
    listener = socket.create_server(("127.0.0.2", accomplice.PORT))
    threading.Thread(target=serve_all, args=(listener,), daemon=True).start()


def serve_all(listener):
    while True:
        accomplice.serve(*listener.accept())


attempt("a server of its own", listen)
