// A file client that reads its commands from standard input: list, put NAME, get NAME, quit.
const fs = require('fs');
const net = require('net');
const readline = require('readline');

const socket = net.connect(Number(process.env.PORT), '::1');
let unread = Buffer.alloc(0);
let wanted = null;

socket.on('connect', run);
socket.on('error', (error) => {
  console.error(`cannot connect: ${error.code}`);
  process.exit(1);
});
socket.on('data', (data) => {
  unread = Buffer.concat([unread, data]);
  if (wanted) wanted();
});

async function run() {
  console.log('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, name] = line.trim().split(' ');
    if (command === 'list') {
      const count = Number((await ask('LIST')).split(' ')[1]);
      for (let left = count; left > 0; left -= 1) console.log(`  ${await nextLine()}`);
    } else if (command === 'put') {
      const content = fs.readFileSync(name);
      await ask(`UPLOAD ${name} ${content.length}`);
      socket.write(content);
      console.log(await nextLine());
    } else if (command === 'get') {
      const size = Number((await ask(`DOWNLOAD ${name}`)).split(' ')[1]);
      fs.writeFileSync(name, await bytes(size));
    } else if (command === 'quit') {
      await ask('EXIT');
      break;
    }
    console.log('done');
  }
  socket.end();
}

async function ask(line) {
  socket.write(`${line}\n`);
  return nextLine();
}

async function nextLine() {
  await until(() => unread.includes('\n'));
  return (await bytes(unread.indexOf('\n') + 1)).toString().trimEnd();
}

async function bytes(count) {
  await until(() => unread.length >= count);
  const taken = unread.subarray(0, count);
  unread = unread.subarray(count);
  return taken;
}

function until(condition) {
  return new Promise((resolve) => {
    wanted = () => condition() && resolve();
    wanted();
  });
}
