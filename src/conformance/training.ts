import type { Methods } from '../train/methods.js';
import type { ImageTask } from '../support/images.js';
import type { Engine } from '../tensor/engine.js';
import { check, type CheckResult } from './checks.js';
import { bytesOf, Trial } from './trial.js';

/** Steps before a run is stopped, and as many after. */
const STEPS = 3;

/** What must be true of whatever trains: a transform, an optimizer or a model among built-in ones. */
export async function checkTraining(
  engine: Engine,
  methods: Methods,
  task: ImageTask,
): Promise<CheckResult[]> {
  const inTrial = async <T>(use: (trial: Trial) => Promise<T>): Promise<T> => {
    const trial = new Trial(engine, methods, task);
    try {
      return await use(trial);
    } finally {
      trial.dispose();
    }
  };
  const whole = (): Promise<Buffer> =>
    inTrial(async (trial) => {
      await trial.steps(2 * STEPS);
      return bytesOf(await trial.snapshot());
    });
  return [
    await check(`${2 * STEPS} training steps, shapes and names`, async () => {
      await whole();
      return undefined;
    }),
    await check('the same bytes twice', async () => differ(await whole(), await whole())),
    await check('a resumed run ends like one that was not stopped', async () =>
      differ(
        await whole(),
        await inTrial(async (trial) => {
          await trial.steps(STEPS);
          trial.restore(await trial.snapshot());
          await trial.steps(STEPS);
          return bytesOf(await trial.snapshot());
        }),
      ),
    ),
    await check('no tensor is left behind', () => inTrial((trial) => leaks(engine, trial))),
  ];
}

function differ(a: Buffer, b: Buffer): string | undefined {
  return a.equals(b)
    ? undefined
    : 'weights or state differ; where do numbers come from that no seed repeats?';
}

/** The first step may make what is used again. */
async function leaks(engine: Engine, trial: Trial): Promise<string | undefined> {
  await trial.steps(2);
  const before = engine.liveTensors();
  await trial.steps(STEPS);
  const more = engine.liveTensors() - before;
  return more === 0 ? undefined : `${more} more are alive after ${STEPS} steps`;
}
