import { messageOf } from '../../src/errors.js';
import { csvRecorder } from '../../src/record/recorders.js';
import type { EpochMetrics, TrainEvent } from '../../src/train/events.js';

/* Records epoch after epoch into the folder it is given until a file cannot grow, and writes the error's message. */
const [folder = ''] = process.argv.slice(2);
const recorder = csvRecorder(folder, { everySteps: 0 });

function epochEvent(epoch: number): TrainEvent {
  const values = { trainLoss: 1, trainAccuracy: 0.5, testLoss: 1, testAccuracy: 0.5, learningRate: 1 };
  const statistics = { gradGlobalStd: 1, updateGlobalStd: 1, autoscaleAlpha: 1, autoscaleExponent: 1 };
  const timings = { epochSeconds: 1, imagesPerSecond: 1 };
  const metrics: EpochMetrics = { epoch, step: epoch, ...values, ...statistics, ...timings };
  const layer = { elements: 1, gradMean: 1 / 3, gradStd: 1 / 3, updateMean: 1 / 3, updateStd: 1 / 3 };
  return { type: 'epoch', metrics, layers: ['a', 'b', 'global'].map((name) => ({ layer: name, ...layer })) };
}

async function record(): Promise<string> {
  await recorder.on({
    type: 'run-started',
    seed: 1,
    epochs: 1000,
    stepsPerEpoch: 1,
    totalSteps: 1000,
    resumedFrom: undefined,
  });
  for (let epoch = 1; epoch <= 1000; epoch++) await recorder.on(epochEvent(epoch));
  return 'no error';
}

process.stdout.write(await record().catch(messageOf));
