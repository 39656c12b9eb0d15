// @ts-nocheck: it puts other functions in the place of the system's, which their types do not allow for.
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import process from 'node:process';

/*
 * Counts what a run writes in its folder, operation by operation, and at the n-th of them
 * - `kill`: the process ends at once (SIGKILL),
 * - `die`: neither this operation nor any later one does anything, as if the process had ended,
 * - `full`: the disk is full, this once.
 * An operation that writes has then written half. A child process is told by GAN_BENCH_FAULT what to do.
 * It has to be loaded before what it watches: some modules keep the functions they find.
 */

const nothing = { folder: undefined, at: 0, mode: 'full', onOperation: () => undefined };
const state = { ...nothing, seen: [], isDead: false };

/** Watches a folder from now on; without a fault it only counts. */
export function watchFolder(folder, fault = {}) {
  Object.assign(state, { ...nothing, ...fault, folder, seen: [], isDead: false });
}

/** Watches no longer; the operations that were seen, such as `rename config.json`. */
export function stopWatching() {
  state.folder = undefined;
  return state.seen;
}

function failure(code, place) {
  return Object.assign(new Error(`${code}: no space left on device, write '${place}'`), { code });
}

/** Looks whether this is the operation to fail, and lets `half` write half of what there is to write. */
function attend(kind, place, half = () => undefined) {
  const file = String(place);
  if (state.folder === undefined || !file.startsWith(state.folder)) return;
  if (state.isDead) throw failure('ENOSPC', file);
  const operation = `${kind} ${path.basename(file)}`;
  state.seen.push(operation);
  state.onOperation(operation);
  if (state.seen.length !== state.at) return;
  half();
  if (state.mode === 'kill') process.kill(process.pid, 'SIGKILL');
  state.isDead = state.mode === 'die';
  throw failure('ENOSPC', file);
}

function firstHalf(data) {
  const bytes = Buffer.from(data);
  return bytes.subarray(0, bytes.length / 2);
}

const { open, writeFile } = promises;
for (const kind of ['mkdir', 'rm', 'truncate']) {
  const original = promises[kind];
  promises[kind] = async (place, ...rest) => {
    attend(kind, place);
    return await original(place, ...rest);
  };
}
for (const kind of ['rename', 'link', 'copyFile']) {
  const original = promises[kind];
  promises[kind] = async (from, to, ...rest) => {
    attend(kind, to);
    return await original(from, to, ...rest);
  };
}
promises.writeFile = async (place, data, ...rest) => {
  attend('write', place, () => fs.writeFileSync(place, firstHalf(data)));
  return await writeFile(place, data, ...rest);
};
promises.open = async (place, flags, ...rest) => {
  if (flags === 'w') attend('open', place);
  const handle = await open(place, flags, ...rest);
  const original = { sync: handle.sync.bind(handle), writeFile: handle.writeFile.bind(handle) };
  handle.sync = async () => {
    attend('fsync', place);
    await original.sync();
  };
  handle.writeFile = async (data, ...more) => {
    attend('write', place, () => fs.writeSync(handle.fd, firstHalf(data)));
    await original.writeFile(data, ...more);
  };
  return handle;
};
const callback = fs.writeFile;
fs.writeFile = (place, data, options, done) => {
  try {
    attend('append', place, () => fs.appendFileSync(place, firstHalf(data)));
  } catch (error) {
    done(error);
    return;
  }
  callback(place, data, options, done);
};
syncBuiltinESMExports();

const told = process.env['GAN_BENCH_FAULT'];
if (told !== undefined) {
  const { folder, at } = JSON.parse(told);
  watchFolder(folder, { at, mode: 'kill' });
}
