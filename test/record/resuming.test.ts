import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecorder } from '../../src/record/recorders.js';
import type { TrainEvent } from '../../src/train/events.js';
import type { RecordedFile } from '../../src/train/recorded-file.js';
import { epochEvent, read, runStarted, stepEvent, tell, temporaryFolder, userErrorOf } from './helpers.js';

describe('what is on record', () => {
  it('are length and SHA-256 of each file, headers only before the first epoch', async () => {
    const folder = await temporaryFolder();
    const recorder = csvRecorder(folder, { everySteps: 5 });
    const records = async (): Promise<unknown> =>
      (await recorder.records()).map(({ file, bytes, sha256 }) => [file, bytes, sha256]);
    const inFolder = async (): Promise<unknown> =>
      await Promise.all(
        ['metrics.csv', 'gradients.csv', 'steps.csv'].map(async (name) => {
          const content = await readFile(join(folder, name));
          return [name, content.length, createHash('sha256').update(content).digest('hex')];
        }),
      );
    await recorder.on(runStarted());
    expect(await records()).toEqual(await inFolder());
    await tell(recorder, [stepEvent(5), stepEvent(10), epochEvent(1)]);
    expect(await records()).toEqual(await inFolder());
    await tell(recorder, [stepEvent(15)]);
    expect(await records()).toEqual(await inFolder());
    expect(await records()).toEqual(await inFolder());
  });

  it('does not name steps.csv where there is none, and goes on naming it where there was one', async () => {
    const folder = await temporaryFolder();
    const without = csvRecorder(folder, { everySteps: 0 });
    await without.on(runStarted());
    expect((await without.records()).map(({ file }) => file)).toEqual(['metrics.csv', 'gradients.csv']);
    const recorder = csvRecorder(folder, { everySteps: 5 });
    await tell(recorder, [runStarted(), stepEvent(5)]);
    const records = await recorder.records();
    await tell(without, [runStarted({ epoch: 0, step: 7, records }), stepEvent(10)]);
    expect(await without.records()).toEqual(records);
  });

  it('is refused to be less than what was read before', async () => {
    const folder = await temporaryFolder();
    const recorder = csvRecorder(folder, { everySteps: 0 });
    await tell(recorder, [runStarted(), epochEvent(1)]);
    await recorder.records();
    await truncate(join(folder, 'metrics.csv'), 10);
    const error = await userErrorOf(recorder.records(), 'io');
    expect(error.message).toContain(join(folder, 'metrics.csv'));
    expect(error.message).toContain('cut it short');
  });
});

describe('resuming', () => {
  /** A recorder after three epochs, and what was on record after each step that was logged. */
  async function threeEpochs(): Promise<{ folder: string; after: Map<number, RecordedFile[]> }> {
    const folder = await temporaryFolder();
    const recorder = csvRecorder(folder, { everySteps: 5 });
    const after = new Map<number, RecordedFile[]>();
    await recorder.on(runStarted());
    for (const step of [5, 10, 15, 20, 25, 30]) {
      await tell(recorder, [stepEvent(step), ...(step % 10 === 0 ? [epochEvent(step / 10)] : [])]);
      after.set(step, await recorder.records());
    }
    return { folder, after };
  }
  const resume = (folder: string, step: number, records: readonly RecordedFile[] = []) =>
    csvRecorder(folder, { everySteps: 5 }).on(runStarted({ epoch: Math.floor(step / 10), step, records }));

  it('drops the rows after the checkpoint: epochs that were not complete, steps that were not done', async () => {
    const { folder, after } = await threeEpochs();
    await resume(folder, 15, after.get(15));
    const column = async (name: string, index: number): Promise<(string | undefined)[]> =>
      (await read(folder, name))
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(',')[index]);
    expect(await column('metrics.csv', 0)).toEqual(['1']);
    expect(await column('gradients.csv', 0)).toEqual(['1', '1']);
    expect(await column('steps.csv', 1)).toEqual(['5', '10', '15']);
  });

  it('leaves a file alone that already ends at the checkpoint', async () => {
    const { folder, after } = await threeEpochs();
    const before = await stat(join(folder, 'metrics.csv'));
    await resume(folder, 30, after.get(30));
    const now = await stat(join(folder, 'metrics.csv'));
    expect([now.ino, now.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it('refuses a checkpoint that knows nothing of a file', async () => {
    const { folder, after } = await threeEpochs();
    const records = (after.get(20) ?? []).filter(({ file }) => file !== 'gradients.csv');
    const error = await userErrorOf(Promise.resolve(resume(folder, 20, records)), 'checkpoint');
    expect(error.message).toContain(`${join(folder, 'gradients.csv')}: the checkpoint does not say`);
  });

  it.each<[string, string, (file: string) => Promise<void>, string]>([
    ['is gone', 'gradients.csv', (file) => rm(file), 'it is missing'],
    ['was cut', 'steps.csv', (file) => truncate(file, 80), 'it has 80 bytes, the run had written'],
    ['has a changed digit', 'metrics.csv', changeDigit, 'it was changed'],
    ['has a row twice', 'gradients.csv', repeatRow, 'it was changed'],
  ])('refuses a file that %s', async (_, name, damage, found) => {
    const { folder, after } = await threeEpochs();
    await damage(join(folder, name));
    const error = await userErrorOf(Promise.resolve(resume(folder, 20, after.get(20))), 'checkpoint');
    expect(error.message).toContain(`${join(folder, name)} is not as the run wrote it: ${found}`);
  });

  async function changeDigit(file: string): Promise<void> {
    await writeFile(file, (await readFile(file, 'utf8')).replace('3.4125', '3.4126'));
  }

  async function repeatRow(file: string): Promise<void> {
    await writeFile(file, (await readFile(file, 'utf8')).replace(/\n(.*)\n/, '\n$1\n$1\n'));
  }
});

describe('an interrupted run', () => {
  it('ends with the bytes of an uninterrupted one, wherever it was cut', async () => {
    const folder = await temporaryFolder();
    const names = ['metrics.csv', 'gradients.csv', 'steps.csv'] as const;
    const stepsPerEpoch = 3;
    const eventsOfStep = (step: number): TrainEvent[] => {
      const epoch = Math.ceil(step / stepsPerEpoch);
      return [stepEvent(step, epoch), ...(step % stepsPerEpoch === 0 ? [epochEvent(epoch, { step })] : [])];
    };
    const stepsBetween = (from: number, to: number): TrainEvent[] =>
      Array.from({ length: to - from }, (_, index) => eventsOfStep(from + index + 1)).flat();

    const scenario = fc.record({
      total: fc.integer({ min: 1, max: 12 }),
      checkpoint: fc.nat(12),
      crash: fc.nat(12),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    });
    const property = fc.asyncProperty(scenario, async ({ total, checkpoint, crash, cuts }) => {
      const options = { everySteps: 2 };
      const saved = Math.min(checkpoint, total);
      const reached = Math.min(Math.max(crash, saved), total);
      const whole = mkdtempSync(join(folder, 'whole-'));
      const broken = mkdtempSync(join(folder, 'broken-'));
      await tell(csvRecorder(whole, options), [runStarted(), ...stepsBetween(0, total)]);

      const first = csvRecorder(broken, options);
      await tell(first, [runStarted(), ...stepsBetween(0, saved)]);
      const records = await first.records();
      await tell(first, stepsBetween(saved, reached));
      for (const [index, name] of names.entries()) {
        // What was there when the checkpoint was made is whole; what came after may end at any byte.
        const { size } = await stat(join(broken, name));
        const kept = records[index]?.bytes ?? 0;
        await truncate(join(broken, name), kept + Math.round((cuts[index] ?? 0) * (size - kept)));
      }

      const resumedFrom = { epoch: Math.floor(saved / stepsPerEpoch), step: saved, records };
      await tell(csvRecorder(broken, options), [runStarted(resumedFrom), ...stepsBetween(saved, total)]);
      for (const name of names) expect(await read(broken, name)).toBe(await read(whole, name));
      rmSync(whole, { recursive: true });
      rmSync(broken, { recursive: true });
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
