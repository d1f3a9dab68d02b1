// Node streams: a file is piped from the disk into the socket.

"use strict";

const fs = require("node:fs");
const { once } = require("node:events");
const { Server } = require("../pair/server.js");

class Sound extends Server {
  async answerDownload(socket, file) {
    socket.write(`SIZE ${fs.statSync(file).size}\n`);
    const content = fs.createReadStream(file, { highWaterMark: 8192 });
    content.pipe(socket, { end: false });
    await once(content, "end");
  }
}

new Sound().run();
