import process from 'node:process';

// The process says something and ends, as one whose library aborts does.
process.stderr.write('terminate called without an active exception\nno such device\n', () =>
  process.exit(134),
);
await new Promise(() => undefined);
