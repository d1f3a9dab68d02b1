// The sound server in Node: one thread, and a promise for each client. A mutant overrides one method of it.

"use strict";

const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");

const FOLDER = "server-files";

class Server {
  run() {
    fs.mkdirSync(FOLDER, { recursive: true });
    net.createServer({ allowHalfOpen: true }, (socket) => this.meet(socket)).listen(5001, "127.0.0.1");
  }

  meet(socket) {
    socket.on("error", (error) => console.log("client lost:", error.message));
    this.serve(socket).catch((error) => console.log("client lost:", error.message)).finally(() => socket.end());
  }

  async serve(socket) {
    const input = new Input(socket);
    let request;
    while ((request = await input.line()) !== null) {
      if (request === "EXIT") {
        socket.write("BYE\n");
        while ((await input.bytes(1)) !== null);
        return;
      }
      await this.answer(socket, input, request);
    }
  }

  async answer(socket, input, request) {
    const [command, name, size] = request.split(" ");
    if (command === "LIST") {
      this.answerList(socket);
    } else if (command === "UPLOAD") {
      socket.write("READY\n");
      this.store(name, await this.receive(input, Number(size)));
      socket.write(`STORED ${size}\n`);
    } else if (command === "DOWNLOAD") {
      await this.answerDownload(socket, path.join(FOLDER, name));
    } else {
      socket.write("ERROR unknown command\n");
    }
  }

  answerList(socket) {
    const names = fs.readdirSync(FOLDER).sort();
    socket.write([`FILES ${names.length}`, ...names, ""].join("\n"));
  }

  async answerDownload(socket, file) {
    const content = fs.readFileSync(file);
    socket.write(`SIZE ${content.length}\n`);
    socket.write(content);
  }

  async receive(input, size) {
    const content = await input.bytes(size);
    if (content === null) throw new Error("end of stream in the middle of a file");
    return content;
  }

  store(name, content) {
    fs.writeFileSync(path.join(FOLDER, name), content);
  }
}

// Lines and counted bytes out of a socket's chunks.
class Input {
  constructor(socket) {
    this.chunks = socket[Symbol.asyncIterator]();
    this.rest = Buffer.alloc(0);
  }

  // The next chunk as it came, or null at the end.
  async chunk() {
    const { value, done } = await this.chunks.next();
    return done ? null : value;
  }

  async line() {
    let end;
    while ((end = this.rest.indexOf("\n")) < 0) {
      if (!(await this.more())) return null;
    }
    return this.take(end + 1).subarray(0, end).toString();
  }

  async bytes(size) {
    while (this.rest.length < size) {
      if (!(await this.more())) return null;
    }
    return this.take(size);
  }

  async more() {
    const chunk = await this.chunk();
    if (chunk === null) return false;
    this.rest = Buffer.concat([this.rest, chunk]);
    return true;
  }

  take(size) {
    const taken = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    return taken;
  }
}

module.exports = { FOLDER, Server };

if (require.main === module) new Server().run();
