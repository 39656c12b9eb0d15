import os from 'node:os';
import path from 'node:path';

import { expect, it } from 'vitest';

import { hasBfloat16 } from '../../src/tensor/tensorflow/kernel-library.js';
import { probeNative } from '../../src/tensor/tensorflow/native-probe.js';
import { randomStream } from '../../src/train/random.js';
import { resultsOf } from './results.js';
import { ganBench, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

const native = await probeNative();
const kernels = native.state === 'ready' ? native.kernels : undefined;
const engines = [
  { backend: 'tensorflow', precision: 'float32', isThere: native.state === 'ready' },
  {
    backend: 'tensorflow',
    precision: 'bfloat16',
    isThere: kernels !== undefined && hasBfloat16(kernels),
  },
  { backend: 'wasm', precision: 'float32', isThere: true },
] as const;

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'];
/** Eight steps an epoch, and six for each of the signals. */
const changes = {
  dataset: { name: 'cifar100-mini', trainSamples: 16, testSamples: 4 },
  ...{ batchSize: 2, evalBatchSize: 4, epochs: 3 },
};
const STEPS_PER_SIGNAL = 6;

/** The signals in a random order, each with the step after which it comes. */
function draw(name: string): { readonly signal: NodeJS.Signals; readonly step: number }[] {
  const random = randomStream(1, 'shuffle', name);
  const order = SIGNALS.map((signal) => ({ signal, rank: random() })).sort((a, b) => a.rank - b.rank);
  return order.map(({ signal }, turn) => ({
    signal,
    step: 1 + turn * STEPS_PER_SIGNAL + Math.floor(random() * (STEPS_PER_SIGNAL - 2)),
  }));
}

for (const { backend, precision, isThere } of engines) {
  it.skipIf(!isThere)(
    `a run on ${backend} in ${precision} that every signal stopped once ends with the bytes of one that none did`,
    { timeout: 240_000 },
    async () => {
      const folder = await temporaryFolder();
      const config = await writeConfig(folder, { ...changes, precision });
      const place = (out: string) => ({
        args: ['run', config, '--backend', backend, '--offline', '--quiet', '--out', path.join(folder, out)],
        directory: path.join(folder, out, 'tiny', 'seed-7'),
      });
      const whole = place('whole');
      expect(await ganBench(whole.args)).toMatchObject({ code: 0 });

      const { args, directory } = place('stopped');
      for (const { signal, step } of draw(`${backend} ${precision}`)) {
        const running = start([...args, '--resume']);
        await stepsLogged(running, directory, step);
        running.kill(signal);
        const ended = await running.ended;
        if (signal === 'SIGKILL') expect(ended).toMatchObject({ signal });
        else expect(ended).toMatchObject({ code: 128 + os.constants.signals[signal] });
      }
      expect(await ganBench([...args, '--resume'])).toMatchObject({ code: 0 });
      expect(await resultsOf(directory)).toEqual(await resultsOf(whole.directory));
    },
  );
}
