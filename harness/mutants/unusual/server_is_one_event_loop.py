"""One thread serves everybody: asyncio instead of threads."""

import asyncio
import os

from pair.server import ADDRESS, FOLDER, Server


async def serve(reader, writer):
    try:
        while request := (await reader.readline()).decode().strip():
            if request == "EXIT":
                writer.write(b"BYE\n")
                await reader.read()
                break
            await answer(reader, writer, request)
    finally:
        writer.close()


async def answer(reader, writer, request):
    command, *words = request.split(" ")
    if command == "LIST":
        names = sorted(os.listdir(FOLDER))
        writer.write("\n".join([f"FILES {len(names)}", *names, ""]).encode())
    elif command == "UPLOAD":
        name, size = words
        writer.write(b"READY\n")
        Server().store(name, await reader.readexactly(int(size)))
        writer.write(f"STORED {size}\n".encode())
    elif command == "DOWNLOAD":
        content = Server().load(words[0])
        writer.write(f"SIZE {len(content)}\n".encode() + content)
    await writer.drain()


async def run():
    os.makedirs(FOLDER, exist_ok=True)
    server = await asyncio.start_server(serve, *ADDRESS)
    await server.serve_forever()


asyncio.run(run())
