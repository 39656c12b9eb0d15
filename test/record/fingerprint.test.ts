import { appendFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fingerprintOf } from '../../src/record/fingerprint.js';
import { temporaryFolder } from './helpers.js';
import { makeCheckpoints, makeRun } from './run-folders.js';

it('changes with what is written of a run, and with nothing else', async () => {
  const folder = await temporaryFolder();
  const plan = join(folder, 'PLAN.md');
  const look = (): Promise<string> => fingerprintOf({ folders: [join(folder, 'runs')], files: [plan] });
  const seen = [await look()];
  const changes = async (change: () => Promise<unknown>): Promise<void> => {
    await change();
    const now = await look();
    expect(seen).not.toContain(now);
    expect(await look()).toBe(now);
    seen.push(now);
  };
  await changes(() => makeRun(join(folder, 'runs', 'a'), 1, { accuracies: [0.5] }));
  const run = join(folder, 'runs', 'a', 'seed-1');
  await changes(() => appendFile(join(run, 'metrics.csv'), '2,20'));
  await changes(() => utimes(join(run, 'manifest.json'), 1, 1));
  await changes(() => writeFile(join(run, 'run.lock.1'), 'one'));
  await changes(() => makeRun(join(folder, 'runs', 'b'), 1));
  await changes(() => writeFile(plan, 'word for word'));
  await writeFile(join(run, 'run.lock.1'), 'two, a sign of life');
  await makeCheckpoints(run, { 10: 100 });
  expect(await look()).toBe(seen.at(-1));
  await rm(join(folder, 'runs'), { recursive: true });
  expect(seen.slice(1)).not.toContain(await look());
});
