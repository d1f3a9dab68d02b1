"""A file server alone: somebody else's client is to use it. One thread, asyncio."""

import asyncio
import os
import sys

FOLDER = "files"


async def main(port):
    os.makedirs(FOLDER, exist_ok=True)
    server = await asyncio.start_server(serve, "0.0.0.0", port)
    async with server:
        await server.serve_forever()


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            await answer(line.decode().split(), reader, writer)
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError) as error:
        print("client lost:", error)
    finally:
        writer.close()


async def answer(words, reader, writer):
    match words:
        case ["LIST"]:
            names = sorted(os.listdir(FOLDER))
            writer.write("\n".join([f"FILES {len(names)}", *names, ""]).encode())
        case ["UPLOAD", name, size]:
            writer.write(b"READY\n")
            content = await reader.readexactly(int(size))
            with open(os.path.join(FOLDER, os.path.basename(name)), "wb") as file:
                file.write(content)
            writer.write(f"STORED {size}\n".encode())
        case ["DOWNLOAD", name]:
            with open(os.path.join(FOLDER, os.path.basename(name)), "rb") as file:
                content = file.read()
            writer.write(f"SIZE {len(content)}\n".encode() + content)
        case ["EXIT"]:
            writer.write(b"BYE\n")
        case _:
            writer.write(b"ERROR unknown command\n")


if __name__ == "__main__":
    try:
        asyncio.run(main(int(sys.argv[1])))
    except KeyboardInterrupt:
        pass
