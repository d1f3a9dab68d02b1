"""The sound server. A mutant overrides one method of it."""

import os
import socket
import threading

from pair.stream import Stream

ADDRESS = ("127.0.0.1", 5001)
FOLDER = "server-files"


class Server:
    def run(self):
        os.makedirs(FOLDER, exist_ok=True)
        listener = self.listen(ADDRESS)
        print(f"listening on {ADDRESS[0]}:{ADDRESS[1]}", flush=True)
        while True:
            self.accept(listener)

    def listen(self, address):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
        return listener

    def accept(self, listener):
        connection, _ = listener.accept()
        threading.Thread(target=self.serve, args=(Stream(connection),), daemon=True).start()

    def serve(self, stream):
        try:
            while (request := stream.read_line()) is not None:
                if request == "EXIT":
                    self.answer_exit(stream)
                    break
                self.answer(stream, request)
            else:
                self.meet_end_of_stream(stream)
        except OSError as error:
            self.meet_reset(error)
        finally:
            self.close(stream)

    def answer(self, stream, request):
        command, _, rest = request.partition(" ")
        if command == "LIST":
            self.answer_list(stream)
        elif command == "UPLOAD":
            name, _, size = rest.rpartition(" ")
            stream.write_line("READY")
            self.store(name, stream.read_exactly(int(size)))
            stream.write_line(f"STORED {size}")
        elif command == "DOWNLOAD":
            self.answer_download(stream, self.load(rest))
        else:
            stream.write_line("ERROR unknown command")

    def answer_list(self, stream):
        names = sorted(os.listdir(FOLDER))
        for line in [f"FILES {len(names)}", *names]:
            stream.write_line(line)

    def answer_download(self, stream, content):
        stream.write_line(f"SIZE {len(content)}")
        stream.write(content)

    def answer_exit(self, stream):
        """The client closes first."""
        stream.write_line("BYE")
        stream.read_to_end()

    def meet_end_of_stream(self, stream):
        """The client went without EXIT."""

    def meet_reset(self, error):
        print("client lost:", error, flush=True)

    def close(self, stream):
        stream.close()

    def store(self, name, content):
        with open(os.path.join(FOLDER, os.path.basename(name)), "wb") as file:
            file.write(content)

    def load(self, name):
        with open(os.path.join(FOLDER, os.path.basename(name)), "rb") as file:
            return file.read()


if __name__ == "__main__":
    Server().run()
