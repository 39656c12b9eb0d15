import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, it, expect } from 'vitest';
import { stringify } from 'yaml';
import { UserError } from '../../src/errors.js';
import { readFrozen } from '../../src/sweep/frozen.js';
import { loadSweep } from '../../src/sweep/load.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gan-bench-sweep-fuzz-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const words = [
  ...[
    'base',
    'grid',
    'zip',
    'cases',
    'exclude',
    'seeds',
    'compare',
    'baseline',
    'workers',
    'slurm',
    'name',
    'extends',
  ],
  ...[
    'model',
    'optimizer',
    'optimizer.learningRate',
    'optimizer.gan',
    'schedule.decay',
    'step',
    'a.b',
    '.',
    '__proto__',
    '',
  ],
];
const values = [
  ...words,
  ...[
    'resnet20',
    'gan',
    'adamw',
    'constant',
    'auto',
    null,
    true,
    -1,
    0,
    1,
    42,
    1e-3,
    1e300,
    [],
    ['resnet20'],
    [1, 2],
    {},
  ],
];

const trees = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown[]>(...values),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...words), tie('tree'), { maxKeys: 5 }),
  ),
})).tree;

/** Files that have the parts of a sweep, with anything in them. */
const files = fc.oneof(
  trees,
  fc.record(
    {
      base: fc.oneof(fc.constant({ model: 'resnet20' }), trees),
      grid: fc.oneof(
        fc.dictionary(fc.constantFrom(...words), fc.array(trees, { maxLength: 3 }), { maxKeys: 3 }),
        trees,
      ),
      zip: trees,
      cases: fc.array(trees, { maxLength: 3 }),
      exclude: fc.array(trees, { maxLength: 3 }),
      seeds: fc.oneof(fc.constant([1]), trees),
      compare: trees,
    },
    { requiredKeys: ['base'] },
  ),
);

async function expectUserError(attempt: Promise<unknown>): Promise<void> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return;
  if (!(error instanceof UserError)) throw new Error('expected a UserError', { cause: error });
  expect(error.message.split('\n').length).toBeLessThan(25);
  expect(error.message).not.toMatch(/Maximum call stack|is not a function|undefined/);
}

it('whatever a sweep file holds, the answer is a sweep or a UserError', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (content) => {
      await writeFile(join(folder, 's.json'), JSON.stringify(content));
      await expectUserError(loadSweep(join(folder, 's.json')));
      await writeFile(join(folder, 's.yaml'), stringify(content));
      await expectUserError(loadSweep(join(folder, 's.yaml')));
    }),
    { numRuns: 200 },
  );
});

it('keys of thousands of levels are refused', async () => {
  const deep = Array.from({ length: 30_000 }, () => 'a').join('.');
  for (const content of [
    { base: {}, grid: { [deep]: [1] } },
    { base: {}, exclude: [{ [deep]: 1 }] },
  ]) {
    await writeFile(join(folder, 'deep.json'), JSON.stringify(content));
    await expect(loadSweep(join(folder, 'deep.json'))).rejects.toThrow('at most 64 are read');
  }
});

it('whatever stands in sweep.json, the answer is a sweep or a UserError', async () => {
  await fc.assert(
    fc.asyncProperty(trees, async (content) => {
      await writeFile(join(folder, 'sweep.json'), JSON.stringify(content));
      await expectUserError(readFrozen(join(folder, 'sweep.json')));
    }),
    { numRuns: 50 },
  );
});
