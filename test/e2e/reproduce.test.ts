import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { runPaths } from '../../src/record/directory.js';
import type { Manifest } from '../../src/record/manifest.js';
import { manifestOf, resultsOf } from './results.js';
import { type Ended, ganBench, stackTrace, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

let folder: string;
/** A run of three epochs of ten steps, and the folder of its finished repetition. */
let original: string;
let out: string;

const reproduce = (run: string, ...words: readonly string[]): Promise<Ended> =>
  ganBench(['reproduce', run, '--offline', ...words], { cwd: folder });

const repetitionIn = (place: string): string => path.join(place, 'tiny', 'seed-7');

let copies = 0;
/** A copy of the run, its manifest changed. */
async function copyWith(change: (manifest: Manifest) => object): Promise<string> {
  const copy = path.join(folder, `copy-${++copies}`, 'seed-7');
  await cp(original, copy, { recursive: true });
  const manifest = await manifestOf(copy);
  await writeFile(runPaths(copy).manifest, JSON.stringify({ ...manifest, ...change(manifest) }));
  return copy;
}

/** A copy of the run that had another loss in its second step, and wrote so. */
async function copyWithLoss(loss: string): Promise<{ copy: string; was: string }> {
  const lines = (await readFile(runPaths(original).steps, 'utf8')).split('\n');
  const fields = (lines[2] ?? '').split(',');
  const was = fields[2] ?? '';
  const changed = lines.with(2, fields.with(2, loss).join(',')).join('\n');
  const sha256 = createHash('sha256').update(changed).digest('hex');
  const copy = await copyWith(({ records = [] }) => ({
    records: records.map((record) =>
      record.file === 'steps.csv' ? { ...record, bytes: Buffer.byteLength(changed), sha256 } : record,
    ),
  }));
  await writeFile(runPaths(copy).steps, changed);
  return { copy, was };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  out = path.join(folder, 'again');
  const config = await writeConfig(folder);
  const args = ['run', config, '--backend', 'wasm', '--offline', '--out', path.join(folder, 'study')];
  expect(await ganBench(args)).toMatchObject({ code: 0 });
  original = repetitionIn(path.join(folder, 'study'));
  expect(await reproduce(original, '--out', out)).toMatchObject({ code: 0 });
}, 120_000);

describe('gan-bench reproduce', { timeout: 120_000 }, () => {
  it('trains some steps of a run, then goes on to its end, and finds the same bytes', async () => {
    const few = await reproduce(original, '--steps', '12');
    expect(few.code, few.stderr).toBe(0);
    expect(few.stdout).toMatch(/^backend +wasm +same$/m);
    expect(few.stdout).toContain('steps.csv: same (the first 12 of 30 rows)\n');
    expect(few.stdout).toContain('metrics.csv: same (the first 1 of 3 rows)\n');
    const here = path.join('results', 'reproduced', 'study', 'tiny', 'seed-7');
    expect(few.stdout).toContain(`The same bytes, as far as it was trained (${here}).\n`);

    const whole = await reproduce(path.join(original, 'manifest.json'));
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stderr).toContain('resumed at step 12 ');
    expect(whole.stdout).toContain('steps.csv: same (30 rows)\n');
    expect(whole.stdout).toContain(`The same bytes (${here}).\n`);
    expect(await resultsOf(path.join(folder, here))).toEqual(await resultsOf(original));
  });

  it('is interrupted, and goes on when it is typed again', async () => {
    const place = path.join(folder, 'interrupted');
    const args = ['reproduce', original, '--offline', '--out', place];
    const running = start(args, { cwd: folder });
    await stepsLogged(running, repetitionIn(place), 12);
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`gan-bench reproduce ${original} --offline --out ${place}\n`);
    expect(stdout).not.toContain('steps.csv');
    const again = await ganBench(args, { cwd: folder });
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('resumed at step ');
    expect(again.stdout).toContain('steps.csv: same (30 rows)\n');
  });

  it('only compares a repetition that is finished, and with --json prints all of it', async () => {
    const { code, stdout, stderr } = await reproduce(original, '--out', out, '--json');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('seed 7: already finished');
    const file = z.object({ file: z.string(), rows: z.number(), isSame: z.literal(true) });
    const answer = z
      .object({ isSame: z.literal(true), here: z.string(), facts: z.array(z.object({ name: z.string() })) })
      .extend({ files: z.array(file) })
      .parse(JSON.parse(stdout));
    expect(answer.here).toBe(repetitionIn(out));
    expect(answer.files.map(({ file: name, rows }) => [name, rows])).toEqual([
      ['steps.csv', 30],
      ['gradients.csv', 63],
      ['metrics.csv', 3],
    ]);
  });

  it('names the first value that differs, and ends with 1', async () => {
    const { copy, was } = await copyWithLoss(String(1000));
    const { code, stdout } = await reproduce(copy, '--out', out);
    expect(code).toBe(1);
    const relative = ((1000 - Number(was)) / 1000).toExponential(1);
    expect(stdout).toContain(
      `steps.csv: differs\n  first: line 3, loss: was 1000, here ${was}, relative difference ${relative}\n`,
    );
    expect(stdout).toContain('metrics.csv: same (3 rows)\n');
    expect(stdout).toContain('Not the same bytes');
  });

  it('says which commit and processor are others, and goes on', async () => {
    const commit = 'a'.repeat(40);
    const copy = await copyWith(({ program, machine, attempts }) => ({
      program: { ...program, gitCommit: commit, gitDirty: false },
      machine: { ...machine, cpuModel: 'Abacus 3000' },
      attempts: attempts.map((attempt) => ({ ...attempt, gitCommit: commit })),
    }));
    const { code, stdout, stderr } = await reproduce(copy, '--out', out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^commit +a{12} +another: /m);
    expect(stdout).toMatch(/^processor +Abacus 3000 +another: /m);
    expect(stderr).toContain('note: another commit, processor than the run had: the digits may be others.');
    expect(stderr).toContain(`git checkout ${commit} && npm ci && npm run setup`);
  });
});

describe('gan-bench reproduce refuses, before anything is trained,', { timeout: 60_000 }, () => {
  /** What it says; it must end with this status and without an answer. */
  async function refusal(
    code: 1 | 2,
    run: string,
    { words = [], env = {} }: { words?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
  ): Promise<string> {
    const args = ['reproduce', run, '--offline', '--out', path.join(folder, 'refused'), ...words];
    const ended = await ganBench(args, { cwd: folder, env });
    expect({ code: ended.code, isTrained: /^seed 7/m.test(ended.stderr) }, ended.stderr).toEqual({
      ...{ code, isTrained: false },
    });
    expect(ended.stderr).not.toMatch(stackTrace);
    return ended.stderr;
  }

  it('a run whose files are not as it wrote them', async () => {
    const copy = await copyWith(() => ({}));
    await writeFile(runPaths(copy).steps, 'epoch,step\n');
    const message = await refusal(1, copy);
    expect(message).toContain(`${runPaths(copy).steps} is not as the run wrote it`);
    expect(message).toContain('The run is damaged. Put its files back');
  });

  it('a repetition whose files are not', async () => {
    const damaged = path.join(folder, 'refused');
    await cp(out, damaged, { recursive: true });
    await writeFile(runPaths(repetitionIn(damaged)).steps, 'epoch,step\n');
    const message = await refusal(1, original);
    expect(message).toContain('The run is damaged. Delete the folder, and the run is reproduced anew');
    await rm(damaged, { recursive: true });
  });

  it('other data', async () => {
    const copy = await copyWith(({ dataset }) => ({
      dataset: { ...dataset, checksums: { ...dataset.checksums, 'train.bin': 'b'.repeat(64) } },
    }));
    const message = await refusal(1, copy);
    expect(message).toContain(`the SHA-256 of train.bin (cifar100-mini) was ${'b'.repeat(64)}, now it is `);
    expect(message).toContain('--data-dir');
  });

  it('an engine that does not start here', async () => {
    const copy = await copyWith(({ engine }) => ({
      engine: { ...engine, backend: 'tensorflow', library: 'Library 1.0' },
    }));
    const message = await refusal(1, copy, { env: { GAN_BENCH_CACHE: path.join(folder, 'no-cache') } });
    expect(message).toContain(
      `${copy}: cannot be reproduced here, where what computed it does not start: Library 1.0 on `,
    );
    expect(message).toContain('gan-bench setup');
  });

  it('what is no finished run, and names what to give', async () => {
    const stopped = await copyWith(() => ({ outcome: 'interrupted' }));
    expect(await refusal(2, stopped)).toContain('is a run that is not finished (interrupted)');
    expect(await refusal(2, 'nowhere')).toContain(
      'nowhere: no such folder; give the folder of a finished run',
    );
    await mkdir(path.join(folder, 'empty'));
    expect(await refusal(2, 'empty')).toContain('there is no empty/manifest.json; give one');
    expect(await refusal(2, 'study')).toContain(
      'study: holds 1 run, and one is reproduced at a time: give its folder, such as study/tiny/seed-7',
    );
  });

  it('fewer steps than the first row takes, and the place of the run itself', async () => {
    expect(await refusal(2, original, { words: ['--steps', '0'] })).toContain(
      '--steps: found "0"; allowed: a whole number',
    );
    const copy = await copyWith(() => ({}));
    const config = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(await readFile(runPaths(copy).config, 'utf8')));
    await writeFile(runPaths(copy).config, JSON.stringify({ ...config, log: { everySteps: 5 } }));
    expect(await refusal(2, copy, { words: ['--steps', '4'] })).toContain(
      '--steps: found 4; allowed: at least 5',
    );
    const here = await reproduce(original, '--out', path.join(folder, 'study'));
    expect(here).toMatchObject({ code: 2 });
    expect(here.stderr).toContain('is where the repetition would go; name another folder with --out');
  });
});
