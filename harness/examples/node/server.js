// A file server. One thread serves all clients; its settings come from its environment and a file.
const fs = require('fs');
const net = require('net');
const path = require('path');

const { folder } = JSON.parse(fs.readFileSync('settings.json'));
const port = Number(process.env.PORT);

net.createServer({ allowHalfOpen: true }, serve).listen(port, '::', () => console.log(`listening on ${port}`));

function serve(socket) {
  let unread = Buffer.alloc(0);
  let upload = null;
  socket.on('data', (data) => {
    unread = Buffer.concat([unread, data]);
    while (step()) { /* until more is needed */ }
  });
  socket.on('end', () => socket.end());
  socket.on('error', (error) => console.log(`client lost: ${error.code}`));

  function step() {
    if (upload) {
      if (unread.length < upload.size) return false;
      fs.writeFileSync(upload.file, unread.subarray(0, upload.size));
      unread = unread.subarray(upload.size);
      socket.write(`STORED ${upload.size}\n`);
      upload = null;
      return true;
    }
    const end = unread.indexOf('\n');
    if (end < 0) return false;
    answer(unread.subarray(0, end).toString());
    unread = unread.subarray(end + 1);
    return true;
  }

  function answer(line) {
    const [command, name, size] = line.split(' ');
    const file = path.join(folder, path.basename(name || ''));
    if (command === 'LIST') {
      const names = fs.readdirSync(folder);
      socket.write([`FILES ${names.length}`, ...names, ''].join('\n'));
    } else if (command === 'UPLOAD') {
      upload = { file, size: Number(size) };
      socket.write('READY\n');
    } else if (command === 'DOWNLOAD') {
      const content = fs.readFileSync(file);
      socket.write(`SIZE ${content.length}\n`);
      socket.write(content);
    } else if (command === 'EXIT') {
      socket.write('BYE\n');
    } else {
      socket.write('ERROR unknown command\n');
    }
  }
}
