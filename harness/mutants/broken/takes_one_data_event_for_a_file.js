// Takes the first "data" event for the whole file, and drops the others: up to 64 KiB come in one.

"use strict";

const { Server } = require("../pair/server.js");

class Mutant extends Server {
  async receive(input, size) {
    if (size === 0) return Buffer.alloc(0);
    const first = await input.chunk();
    for (let seen = first.length; seen < size; ) seen += (await input.chunk()).length;
    return first;
  }
}

new Mutant().run();
