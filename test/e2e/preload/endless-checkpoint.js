import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setInterval } from 'node:timers';

// A checkpoint that is complete never takes its place, as if the disk did not answer.
const { rename } = fs;
fs.rename = (from, to) => (String(to).includes('checkpoints') ? new Promise(waitForever) : rename(from, to));
syncBuiltinESMExports();

function waitForever() {
  setInterval(() => undefined, 1e6);
}
