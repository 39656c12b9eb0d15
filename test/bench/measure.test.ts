import { describe, expect, it } from 'vitest';

import { measure } from '../../src/bench/measure.js';
import { measurementSchema } from '../../src/bench/measurement.js';
import { Stepper } from '../../src/bench/stepper.js';
import type { Workload } from '../../src/bench/stepper.js';
import type { Engine } from '../../src/tensor/engine.js';
import { STEP_PHASES } from '../../src/train/phase.js';
import type { StepPhase } from '../../src/train/phase.js';
import { methodsOf } from '../../src/plugin/methods.js';
import { onEachBackend } from '../support/backends.js';
import { randomDataset, runConfig } from '../support/runs.js';
import { GRADIENTS } from '../support/training.js';

function workload(
  gradient: (typeof GRADIENTS)[number] = 'gan',
  learningRate = 1e-3,
  model = 'resnet20',
): Workload {
  const config = runConfig({ model, optimizer: { gradient } });
  return { methods: methodsOf(config), batchSize: 2, learningRate };
}

/** How many tensors a step makes in each phase; none is freed before its end but by the backward pass. */
async function tensorsMade(engine: Engine, settings: Workload): Promise<Map<StepPhase, number>> {
  const stepper = new Stepper(engine, randomDataset, settings);
  const made = new Map<StepPhase, number>();
  let before = engine.liveTensors();
  await stepper.step((phase) => {
    made.set(phase, engine.liveTensors() - before);
    before = engine.liveTensors();
  });
  stepper.dispose();
  return made;
}

/** While the last phase goes on, the next batch is assembled. */
const HEARD = [...STEP_PHASES, 'batch', 'statistics'];

onEachBackend(
  (engine) => {
    it.each(GRADIENTS)('a step with %s tells of every phase in order', async (gradient) => {
      const stepper = new Stepper(engine(), randomDataset, workload(gradient));
      const heard: StepPhase[] = [];
      await stepper.step((phase) => heard.push(phase));
      stepper.dispose();
      expect(heard).toEqual(HEARD);
    });

    it('a step of a Vision Transformer tells of them too', async () => {
      const stepper = new Stepper(engine(), randomDataset, workload('gan', 1e-3, 'vit-tiny'));
      const heard: StepPhase[] = [];
      await stepper.step((phase) => heard.push(phase));
      stepper.dispose();
      expect(heard).toEqual(HEARD);
    });

    it('the transform is all in its phase, and the base optimizer all in the next', async () => {
      const [none, gan] = [
        await tensorsMade(engine(), workload('none')),
        await tensorsMade(engine(), workload('gan')),
      ];
      expect(gan.get('transform')).toBeGreaterThan(none.get('transform') ?? Infinity);
      expect(gan.get('update')).toBe(none.get('update'));
    });

    describe('a measurement', () => {
      it('has a share for every phase, leaves no tensor behind and fits its schema', async () => {
        const before = engine().liveTensors();
        const options = { steps: 2, warmup: 1 };
        const measurement = await measure(engine(), randomDataset, workload(), options);
        expect(engine().liveTensors()).toBe(before);
        expect(measurementSchema.parse(measurement)).toMatchObject(options);
        expect(measurement.phases.map(({ phase }) => phase)).toEqual([...STEP_PHASES, 'rest']);
        expect(measurement.phases.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
        expect(measurement.liveTensors.afterLast).toBe(measurement.liveTensors.afterFirst);
      });

      it('stops when training diverges', async () => {
        const options = { steps: 9, warmup: 0 };
        await expect(measure(engine(), randomDataset, workload('none', 1e30), options)).rejects.toMatchObject(
          { code: 'diverged' },
        );
      });
    });
  },
  ['wasm', 'tensorflow'],
);
