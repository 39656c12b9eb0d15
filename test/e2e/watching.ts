import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';

import { runPaths } from '../../src/record/directory.js';
import type { Ended, Running } from './support.js';

/** Calls `onChange` at every change in a run's folder, its checkpoints included, until `stop`. */
async function watchRun(directory: string, onChange: () => void): Promise<{ stop: () => void }> {
  await mkdir(directory, { recursive: true });
  const watchers: FSWatcher[] = [];
  const { checkpoints } = runPaths(directory);
  const watchCheckpoints = (): void => {
    try {
      watchers.push(watch(checkpoints, onChange));
    } catch {
      // Not there yet.
    }
  };
  watchCheckpoints();
  watchers.push(
    watch(directory, (_, name) => {
      if (name === 'checkpoints' && watchers.length < 2) watchCheckpoints();
      onChange();
    }),
  );
  return {
    stop: () => {
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** How many changes a run makes in its folder, as far as they are told apart. */
export async function countChanges(run: () => Running, directory: string): Promise<number> {
  let seen = 0;
  const { stop } = await watchRun(directory, () => seen++);
  await run().ended.finally(stop);
  return seen;
}

/** Sends a signal to a run as soon as its folder has changed so many times; it may end before. */
export async function signalAfter(
  run: () => Running,
  directory: string,
  changes: number,
  signal: NodeJS.Signals,
): Promise<Ended> {
  let seen = 0;
  let react = (): void => undefined;
  const { stop } = await watchRun(directory, () => {
    if (++seen === changes) react();
  });
  const running = run();
  react = () => {
    running.kill(signal);
  };
  return await running.ended.finally(stop);
}

/** Waits until steps.csv of a run has so many rows. */
export async function stepsLogged(running: Running, directory: string, rows: number): Promise<void> {
  const { steps } = runPaths(directory);
  let look = (): void => undefined;
  const { stop } = await watchRun(directory, () => {
    look();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      look = () => {
        readFile(steps, 'utf8').then(
          (text) => {
            if (text.split('\n').length - 2 >= rows) resolve();
          },
          () => undefined,
        );
      };
      look();
      void running.ended.then(({ stderr }) => {
        reject(new Error(`ended before ${rows} steps were logged:\n${stderr}`));
      });
    });
  } finally {
    stop();
  }
}
