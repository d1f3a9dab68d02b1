"""A file client with a menu."""

import os
import socket
import sys

HOST = "127.0.0.1"
PORT = 5001
FOLDER = "client-files"

MENU = """
1. List files
2. Upload a file
3. Download a file
4. Exit"""


def main():
    os.makedirs(FOLDER, exist_ok=True)
    try:
        connection = socket.create_connection((HOST, PORT))
    except OSError as error:
        sys.exit(f"Cannot connect to {HOST}:{PORT}: {error}")
    print(f"Connected to {HOST}:{PORT}")
    with connection:
        run_menu(connection)
    print("Goodbye")


def run_menu(connection):
    while True:
        print(MENU)
        choice = input("Choice: ").strip()
        if choice == "1":
            list_files(connection)
        elif choice == "2":
            upload_file(connection, input("File name: ").strip())
        elif choice == "3":
            download_file(connection, input("File name: ").strip())
        elif choice == "4":
            connection.sendall(b"EXIT\n")
            receive_line(connection)
            return
        else:
            print("Please type a number from 1 to 4")


def list_files(connection):
    connection.sendall(b"LIST\n")
    count = int(receive_line(connection).split()[1])
    print(f"{count} files on the server")
    for _ in range(count):
        print(" ", receive_line(connection))


def upload_file(connection, name):
    path = os.path.join(FOLDER, name)
    if not os.path.isfile(path):
        print("No such file:", path)
        return
    with open(path, "rb") as file:
        content = file.read()
    connection.sendall(f"UPLOAD {name} {len(content)}\n".encode())
    answer = receive_line(connection)
    if answer == "READY":
        connection.sendall(content)
        answer = receive_line(connection)
    print("Server says:", answer)


def download_file(connection, name):
    connection.sendall(f"DOWNLOAD {name}\n".encode())
    answer = receive_line(connection)
    if not answer.startswith("SIZE "):
        print("Server says:", answer)
        return
    content = receive_exactly(connection, int(answer.split()[1]))
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(content)
    print(f"Received {len(content)} bytes")


def receive_line(connection):
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError("the server closed the connection")
        line += byte
    return line[:-1].decode()


def receive_exactly(connection, size):
    content = bytearray()
    while len(content) < size:
        part = connection.recv(min(4096, size - len(content)))
        if not part:
            raise ConnectionError("the server closed the connection")
        content += part
    return content


if __name__ == "__main__":
    try:
        main()
    except (EOFError, KeyboardInterrupt):
        sys.exit("\nInterrupted")
    except OSError as error:
        sys.exit(f"Connection lost: {error}")
