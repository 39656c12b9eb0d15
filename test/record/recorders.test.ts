import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecorder, truncateTo } from '../../src/record/recorders.js';
import type { TrainListener } from '../../src/record/listener.js';
import type { TrainEvent } from '../../src/train/events.js';
import { epochEvent, REFERENCE, runStarted, stepEvent, temporaryFolder, userErrorOf } from './helpers.js';

const metricsHeader =
  'epoch,step,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,grad_global_std,update_global_std,' +
  'autoscale_alpha,autoscale_exponent,epoch_seconds,images_per_second,autoscale_sigma,' +
  'train_seconds,evaluation_seconds,others_share\n';
const gradientsHeader = 'epoch,layer,elements,grad_mean,grad_std,update_mean,update_std\n';
const stepsHeader =
  'epoch,step,loss,learning_rate,grad_global_std,autoscale_alpha,autoscale_sigma,autoscale_exponent\n';

async function tell(listener: TrainListener, events: readonly TrainEvent[]): Promise<void> {
  for (const event of events) await listener.on(event);
}

function read(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

describe('csvRecorder', () => {
  it('writes the headers when the run starts, steps.csv only when asked for', async () => {
    const folder = await temporaryFolder();
    await tell(csvRecorder(folder, { everySteps: 0 }), [runStarted(), stepEvent(1)]);
    expect(await read(folder, 'metrics.csv')).toBe(metricsHeader);
    expect(await read(folder, 'gradients.csv')).toBe(gradientsHeader);
    expect(existsSync(join(folder, 'steps.csv'))).toBe(false);

    await csvRecorder(folder, { everySteps: 2 }).on(runStarted());
    expect(await read(folder, 'steps.csv')).toBe(stepsHeader);
  });

  it('writes one metrics row an epoch, timings in thousandths', async () => {
    const folder = await temporaryFolder();
    await tell(csvRecorder(folder, { everySteps: 0 }), [runStarted(), epochEvent(1)]);
    expect(await read(folder, 'metrics.csv')).toBe(
      `${metricsHeader}1,10,0.0006,3.4125,0.182,3.25,0.201,0.0033,0.0014,0.42693,0.14887,12.346,412.988,0.00325,11.111,1.235,0.068\n`,
    );
  });

  it('leaves the autoscale columns empty where there is no autoscale', async () => {
    const folder = await temporaryFolder();
    const event = epochEvent(1, { reports: {} });
    await tell(csvRecorder(folder, { everySteps: 1 }), [runStarted(), stepEvent(1), event]);
    expect(await read(folder, 'metrics.csv')).toContain(
      ',0.0033,0.0014,,,12.346,412.988,,11.111,1.235,0.068\n',
    );
    expect(await read(folder, 'steps.csv')).toBe(`${stepsHeader}1,1,5,0.001,0.3333333333333333,,,\n`);
  });

  it('gives what else a transform reports a column of its own at the end, from the header on', async () => {
    const folder = await temporaryFolder();
    const [unit, meaning] = ['', 'Share of the signs that turned.'];
    const reports = [
      { name: 'signum_flips', unit, meaning, ofEpoch: 'mean' },
      { name: 'autoscale_sigma', unit, meaning, ofEpoch: 'mean' },
    ] as const;
    const recorder = csvRecorder(folder, { everySteps: 1 });
    await recorder.on(runStarted(undefined, reports));
    expect(await read(folder, 'metrics.csv')).toBe(metricsHeader.replace('\n', ',signum_flips\n'));
    expect(await read(folder, 'steps.csv')).toBe(stepsHeader.replace('\n', ',signum_flips\n'));
    const event = stepEvent(1, undefined, { signum_flips: 0.125, autoscale_sigma: 2 });
    await tell(recorder, [event, epochEvent(1, { reports: { signum_flips: 0.25 } })]);
    expect(await read(folder, 'metrics.csv')).toContain(',412.988,,11.111,1.235,0.068,0.25\n');
    expect(await read(folder, 'steps.csv')).toContain('1,1,5,0.001,0.3333333333333333,,2,,0.125\n');
  });

  it('writes one gradients row a layer, every number in the shortest form that reads back the same', async () => {
    const folder = await temporaryFolder();
    await tell(csvRecorder(folder, { everySteps: 0 }), [runStarted(), epochEvent(1)]);
    expect(await read(folder, 'gradients.csv')).toBe(
      `${gradientsHeader}1,stem.kernel,432,-1.5e-7,0.3333333333333333,0,0.30000000000000004\n` +
        '1,global,432,-1.5e-7,0.6666666666666666,0,0.30000000000000004\n',
    );
  });

  it('writes every n-th step', async () => {
    const folder = await temporaryFolder();
    const steps = Array.from({ length: 10 }, (_, index) => stepEvent(index + 1));
    await tell(csvRecorder(folder, { everySteps: 4 }), [runStarted(), ...steps]);
    const rows = (await read(folder, 'steps.csv')).slice(stepsHeader.length);
    expect(rows).toBe('1,4,4.25,0.001,0.08333333333333333,,,\n1,8,4.125,0.001,0.041666666666666664,,,\n');
  });

  it('continues after a full disk as if it had never been full', async () => {
    const whole = await temporaryFolder();
    const events = [stepEvent(5), epochEvent(1), stepEvent(15), epochEvent(2)];
    await tell(csvRecorder(whole, { everySteps: 5 }), [runStarted(), ...events]);

    const folder = await temporaryFolder();
    await tell(csvRecorder(folder, { everySteps: 5 }), [runStarted(), ...events.slice(0, 3)]);
    await writeFile(join(folder, 'gradients.csv'), '2,stem.ker', { flag: 'a' });
    const resumed = csvRecorder(folder, { everySteps: 5 });
    await tell(resumed, [runStarted({ epoch: 1, step: 10 }), ...events.slice(2)]);
    for (const name of ['metrics.csv', 'gradients.csv', 'steps.csv']) {
      expect(await read(folder, name)).toBe(await read(whole, name));
    }
  });

  it('says so when a file was taken away during the run', async () => {
    const folder = await temporaryFolder();
    const recorder = csvRecorder(folder, { everySteps: 0 });
    await recorder.on(runStarted());
    await rm(join(folder, 'gradients.csv'));
    const error = await userErrorOf(Promise.resolve(recorder.on(epochEvent(1))), 'io');
    expect(error.message).toContain(join(folder, 'gradients.csv'));
  });
});

describe('truncateTo', () => {
  async function threeEpochs(): Promise<string> {
    const folder = await temporaryFolder();
    const events = [1, 2, 3].flatMap((epoch) => [
      stepEvent(10 * epoch - 5),
      stepEvent(10 * epoch),
      epochEvent(epoch),
    ]);
    await tell(csvRecorder(folder, { everySteps: 5 }), [runStarted(), ...events]);
    return folder;
  }

  it('drops the rows after the checkpoint: epochs that were not complete, steps that were not done', async () => {
    const folder = await threeEpochs();
    await truncateTo(folder, { epoch: 1, step: 15 }, { everySteps: 5 });
    const epochs = (text: string): string[] =>
      text
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0] ?? '');
    expect(epochs(await read(folder, 'metrics.csv'))).toEqual(['1']);
    expect(epochs(await read(folder, 'gradients.csv'))).toEqual(['1', '1']);
    const steps = (await read(folder, 'steps.csv')).split('\n').slice(1, -1);
    expect(steps.map((line) => line.split(',')[1])).toEqual(['5', '10', '15']);
  });

  it('leaves a file alone that already ends at the checkpoint', async () => {
    const folder = await threeEpochs();
    const before = await stat(join(folder, 'metrics.csv'));
    await truncateTo(folder, { epoch: 3, step: 30 }, { everySteps: 5 });
    const after = await stat(join(folder, 'metrics.csv'));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it('gives a missing or empty file and a torn header their header', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'gradients.csv'), 'epoch,lay');
    await writeFile(join(folder, 'steps.csv'), '');
    await truncateTo(folder, { epoch: 0, step: 0 }, { everySteps: 5 });
    expect(await read(folder, 'metrics.csv')).toBe(metricsHeader);
    expect(await read(folder, 'gradients.csv')).toBe(gradientsHeader);
    expect(await read(folder, 'steps.csv')).toBe(stepsHeader);
  });

  it('refuses a file with another header and leaves it as it is', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'metrics.csv'), 'epoch,loss\n1,2\n');
    const error = await userErrorOf(
      truncateTo(folder, { epoch: 0, step: 0 }, { everySteps: 0 }),
      'checkpoint',
    );
    expect(error.message).toContain(join(folder, 'metrics.csv'));
    expect(error.message).toContain('"epoch,loss"');
    expect(await read(folder, 'metrics.csv')).toBe('epoch,loss\n1,2\n');
  });

  it('refuses to go on with the table of an older version', async () => {
    const folder = await temporaryFolder();
    const old = await readFile(`${REFERENCE}/metrics.csv`, 'utf8');
    await writeFile(join(folder, 'metrics.csv'), old);
    const error = await userErrorOf(
      truncateTo(folder, { epoch: 5, step: 975 }, { everySteps: 0 }),
      'checkpoint',
    );
    expect(error.message).toContain('Continue with the version that began the run');
    expect(await read(folder, 'metrics.csv')).toBe(old);
  });

  it('refuses a damaged row, naming the line', async () => {
    const folder = await threeEpochs();
    await writeFile(join(folder, 'gradients.csv'), `${gradientsHeader}1,a,1,1,1,1,1\nrubbish\n`);
    const error = await userErrorOf(
      truncateTo(folder, { epoch: 1, step: 10 }, { everySteps: 0 }),
      'checkpoint',
    );
    expect(error.message).toContain('gradients.csv: line 3 is damaged');
  });

  it('refuses a file that lacks rows of the epochs before the checkpoint', async () => {
    const folder = await threeEpochs();
    const error = await userErrorOf(
      truncateTo(folder, { epoch: 5, step: 50 }, { everySteps: 0 }),
      'checkpoint',
    );
    expect(error.message).toContain('end with epoch 3, but the checkpoint was made after epoch 5');
  });

  it('makes an interrupted run end with the bytes of an uninterrupted one, wherever it was cut', async () => {
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
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(broken, name))).size));
      await tell(first, stepsBetween(saved, reached));
      for (const [index, name] of names.entries()) {
        // What was there when the checkpoint was made is whole; what came after may end at any byte.
        const { size } = await stat(join(broken, name));
        const kept = sizes[index] ?? 0;
        await truncate(join(broken, name), kept + Math.round((cuts[index] ?? 0) * (size - kept)));
      }

      const resumedFrom = { epoch: Math.floor(saved / stepsPerEpoch), step: saved };
      await tell(csvRecorder(broken, options), [runStarted(resumedFrom), ...stepsBetween(saved, total)]);
      for (const name of names) expect(await read(broken, name)).toBe(await read(whole, name));
      rmSync(whole, { recursive: true });
      rmSync(broken, { recursive: true });
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
