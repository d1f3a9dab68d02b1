"""A file server. Clients are served one after the other."""

import os
import socket

HOST = "127.0.0.1"
PORT = 5001
FOLDER = "server-files"


def main():
    os.makedirs(FOLDER, exist_ok=True)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, PORT))
    listener.listen()
    print(f"Server listening on {HOST}:{PORT}")
    while True:
        connection, address = listener.accept()
        serve(connection, address)


def serve(connection, address):
    print("Client connected:", address)
    try:
        with connection:
            answer_requests(connection)
    except OSError as error:
        print("Client lost:", address, error)
    else:
        print("Client disconnected:", address)


def answer_requests(connection):
    while True:
        line = receive_line(connection)
        if line is None:
            return
        command, _, rest = line.partition(" ")
        if command == "LIST":
            send_list(connection)
        elif command == "UPLOAD":
            receive_upload(connection, rest)
        elif command == "DOWNLOAD":
            send_download(connection, rest)
        elif command == "EXIT":
            connection.sendall(b"BYE\n")
            wait_for_close(connection)
            return
        else:
            connection.sendall(b"ERROR unknown command\n")


def send_list(connection):
    names = sorted(os.listdir(FOLDER))
    lines = [f"FILES {len(names)}"] + names
    connection.sendall(("\n".join(lines) + "\n").encode())


def receive_upload(connection, rest):
    name, _, size = rest.rpartition(" ")
    if not is_file_name(name) or not size.isdecimal():
        connection.sendall(b"ERROR usage: UPLOAD name size\n")
        return
    connection.sendall(b"READY\n")
    content = receive_exactly(connection, int(size))
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(content)
    connection.sendall(f"STORED {size}\n".encode())


def send_download(connection, name):
    path = os.path.join(FOLDER, name)
    if not is_file_name(name) or not os.path.isfile(path):
        connection.sendall(b"ERROR no such file\n")
        return
    with open(path, "rb") as file:
        content = file.read()
    connection.sendall(f"SIZE {len(content)}\n".encode())
    connection.sendall(content)


def is_file_name(name):
    return name not in ("", ".", "..") and os.path.basename(name) == name


def receive_line(connection):
    """The next line without its end, or None if the client closed the connection."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            return None
        line += byte
    return line[:-1].decode(errors="replace")


def receive_exactly(connection, size):
    content = bytearray()
    while len(content) < size:
        part = connection.recv(min(4096, size - len(content)))
        if not part:
            raise ConnectionError("closed in the middle of a file")
        content += part
    return content


def wait_for_close(connection):
    while connection.recv(4096):
        pass


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Server stopped")
