import path from 'node:path';

import { expect, it } from 'vitest';

import { writeFrozen } from '../../src/sweep/frozen.js';
import { loadSweep } from '../../src/sweep/load.js';
import { manifestOf } from './results.js';
import { ganBench, stackTrace, temporaryFolder } from './support.js';
import { writeSweep } from './sweeps.js';

it(
  'a member can be trained by hand, by its number or key, again and again',
  { timeout: 240_000 },
  async () => {
    const folder = await temporaryFolder();
    const out = path.join(folder, 'out');
    const file = await writeFrozen(await loadSweep(await writeSweep(folder), { output: out }));
    const member = (key: string, ...options: string[]) =>
      ganBench(['sweep', 'member', file, key, '--offline', ...options]);

    const first = await member('3');
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain('seed 2  epoch 2/2');
    expect(first.stdout).toContain('seed 2: test accuracy');
    const directory = path.join(out, 'toy', 'gan', 'seed-2');
    expect(await manifestOf(directory)).toMatchObject({ outcome: 'finished' });

    const again = await member('gan/seed-2', '--json');
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('already finished');
    expect(JSON.parse(again.stdout)).toMatchObject({ seeds: [{ seed: 2, outcome: 'finished' }] });
    expect((await manifestOf(directory)).attempts).toHaveLength(1);

    const unknown = await member('gann/seed-2');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('did you mean "gan/seed-2"?');
    expect(unknown.stderr).not.toMatch(stackTrace);
  },
);
