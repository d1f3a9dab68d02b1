// Makes a string of a file: every byte that is no UTF-8 becomes U+FFFD.

"use strict";

const { Server } = require("../pair/server.js");

class Mutant extends Server {
  store(name, content) {
    super.store(name, content.toString());
  }
}

new Mutant().run();
