import { stat } from 'node:fs/promises';
import path from 'node:path';

import { expect, it } from 'vitest';

import { smallStudy } from '../../examples/library/small-study.js';
import { trainAndWatch } from '../../examples/library/train-and-watch.js';
import { ganBench, temporaryFolder } from '../e2e/support.js';

it('a run is watched step by step, stopped with a checkpoint, and gone on with by the command', async () => {
  const output = await temporaryFolder();
  const said: string[] = [];
  expect(await trainAndWatch(output, 3, (line) => said.push(line))).toBe('interrupted');
  expect(said).toHaveLength(3);
  expect(said[2]).toMatch(/^step 3: loss \d\.\d{3}$/);
  const sets = ['batchSize=10', 'maxSteps=5', 'dataset.trainSamples=100', 'dataset.testSamples=100'];
  const flags = [...sets.flatMap((set) => ['--set', set]), '--backend', 'wasm', '--out', output];
  const resumed = await ganBench(['run', 'smoke', '--resume', '--json', ...flags]);
  expect(resumed.code).toBe(0);
  const answer: unknown = JSON.parse(resumed.stdout);
  expect(answer).toMatchObject({ seeds: [{ seed: 42, outcome: 'finished' }] });
}, 60_000);

it('a study goes from its file to its answer', async () => {
  const output = await temporaryFolder();
  const said: string[] = [];
  const { table, page } = await smallStudy('smoke', output, (line) => said.push(line));
  expect(said).toHaveLength(6);
  expect(said.every((line) => line.endsWith(': done'))).toBe(true);
  expect(table).toMatch(/^adamw +2 .* baseline$/m);
  expect(page).toBe(path.join(output, 'smoke', 'report', 'report.html'));
  expect((await stat(page ?? '')).size).toBeGreaterThan(10_000);
}, 120_000);
