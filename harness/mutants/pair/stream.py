"""Lines and counted bytes over a socket; nothing is read ahead."""


class Stream:
    def __init__(self, connection):
        self.connection = connection

    def read_line(self):
        """The next line without its end, or None at the end of the stream."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self.connection.recv(1)
            if not byte:
                return None
            line += byte
        return line[:-1].decode()

    def read_exactly(self, size):
        content = bytearray()
        while len(content) < size:
            part = self.connection.recv(size - len(content))
            if not part:
                raise ConnectionError("end of stream in the middle of a file")
            content += part
        return content

    def read_to_end(self):
        while self.connection.recv(4096):
            pass

    def write_line(self, line):
        self.write(f"{line}\n".encode())

    def write(self, content):
        self.connection.sendall(content)

    def close(self):
        self.connection.close()
