import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvRecorder } from '../../src/record/recorders.js';
import {
  epochEvent,
  read,
  REFERENCE,
  runStarted,
  stepEvent,
  tell,
  temporaryFolder,
  userErrorOf,
} from './helpers.js';

const metricsHeader =
  'epoch,step,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,grad_global_std,update_global_std,' +
  'autoscale_alpha,autoscale_exponent,epoch_seconds,images_per_second,autoscale_sigma,' +
  'train_seconds,evaluation_seconds,others_share\n';
const gradientsHeader = 'epoch,layer,elements,grad_mean,grad_std,update_mean,update_std\n';
const stepsHeader =
  'epoch,step,loss,learning_rate,grad_global_std,autoscale_alpha,autoscale_sigma,autoscale_exponent\n';

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
    const first = csvRecorder(folder, { everySteps: 5 });
    await tell(first, [runStarted(), ...events.slice(0, 2)]);
    const records = await first.records();
    await tell(first, events.slice(2, 3));
    await writeFile(join(folder, 'gradients.csv'), '2,stem.ker', { flag: 'a' });
    const resumed = csvRecorder(folder, { everySteps: 5 });
    await tell(resumed, [runStarted({ epoch: 1, step: 10, records }), ...events.slice(2)]);
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

describe('a run that starts', () => {
  it('gives a missing or empty file and a torn header their header', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'gradients.csv'), 'epoch,lay');
    await writeFile(join(folder, 'steps.csv'), '');
    await csvRecorder(folder, { everySteps: 5 }).on(runStarted());
    expect(await read(folder, 'metrics.csv')).toBe(metricsHeader);
    expect(await read(folder, 'gradients.csv')).toBe(gradientsHeader);
    expect(await read(folder, 'steps.csv')).toBe(stepsHeader);
  });

  it('refuses a file with another header and leaves it as it is', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'metrics.csv'), 'epoch,loss\n1,2\n');
    const start = csvRecorder(folder, { everySteps: 0 }).on(runStarted());
    const error = await userErrorOf(Promise.resolve(start), 'checkpoint');
    expect(error.message).toContain(join(folder, 'metrics.csv'));
    expect(error.message).toContain('"epoch,loss"');
    expect(await read(folder, 'metrics.csv')).toBe('epoch,loss\n1,2\n');
  });

  it('refuses to go on with the table of an older version', async () => {
    const folder = await temporaryFolder();
    const old = await read(REFERENCE, 'metrics.csv');
    await writeFile(join(folder, 'metrics.csv'), old);
    const records = ['metrics.csv', 'gradients.csv'].map((file) => ({
      ...{ file, bytes: old.length },
      sha256: createHash('sha256').update(old).digest('hex'),
    }));
    const resumed = csvRecorder(folder, { everySteps: 0 }).on(runStarted({ epoch: 5, step: 975, records }));
    const error = await userErrorOf(Promise.resolve(resumed), 'checkpoint');
    expect(error.message).toContain('Continue with the version that began the run');
    expect(await read(folder, 'metrics.csv')).toBe(old);
  });

  it('does not wait for a pipe in the place of a file', async () => {
    const folder = await temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'metrics.csv')]);
    const start = csvRecorder(folder, { everySteps: 0 }).on(runStarted());
    const error = await userErrorOf(Promise.resolve(start), 'io');
    expect(error.message).toContain('metrics.csv: could not be read: it is a pipe, not a file');
  });
});
