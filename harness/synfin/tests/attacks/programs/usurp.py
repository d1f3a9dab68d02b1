"""Takes the server's port as soon as nobody listens there, and keeps it: in LISTEN, or only bound, as the
environment has it in USURPER, with the port."""

import os
import socket
import threading

HOW, PORT = os.environ["USURPER"].split()
held = []


def take():
    usurper = socket.socket()
    # Sockets of the server's last life are left on its port.
    usurper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        try:
            usurper.bind(("127.0.0.1", int(PORT)))
            break
        except OSError:
            pass
    if HOW == "listens":
        usurper.listen()
    else:
        # The server, which would share it, may not.
        usurper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    held.append(usurper)
    # The menu's prompt stands there without an end of line.
    print("\ntried the server's port: done", flush=True)


threading.Thread(target=take, daemon=True).start()
