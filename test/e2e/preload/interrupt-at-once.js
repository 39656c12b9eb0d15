import { setImmediate } from 'node:timers';
import process from 'node:process';

// The process gets Ctrl-C as soon as it listens for it, which is before anything is trained.
process.on('newListener', (name) => {
  if (name === 'SIGINT') setImmediate(() => process.kill(process.pid, 'SIGINT'));
});
