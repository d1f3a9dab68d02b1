// Nobody catches what a client's reset throws: an unhandled rejection ends the process.

"use strict";

const { Server } = require("../pair/server.js");

class Mutant extends Server {
  meet(socket) {
    this.serve(socket).finally(() => socket.end());
  }

  answerList(socket) {
    super.answerList(socket);
    socket.write("\n");
  }
}

new Mutant().run();
