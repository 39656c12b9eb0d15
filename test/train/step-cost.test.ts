import { expect, it } from 'vitest';

import { createModel } from '../../src/models/registry.js';
import { createOptimizer } from '../../src/optim/registry.js';
import type { Engine, Traffic } from '../../src/tensor/engine.js';
import { Network } from '../../src/train/network.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { listTensors, trainStep } from '../../src/train/step.js';
import { withKernels } from '../support/backends.js';
import { optimizerSettings, randomBatch, startingTensors } from '../support/training.js';
import { cifarTask } from '../support/tasks.js';

/**
 * What a step of ResNet-20 may cost in operations of the engine, in bytes that these read and write, and in tensors that
 * it has alive at once at the end of any phase. They cost time and memory on every machine, and unlike those they can be counted: a change that needs more
 * says so here.
 */
const LIMITS = {
  none: { operations: 138, bytes: 59.5e6, alive: 163 },
  gan: { operations: 157, bytes: 59.5e6, alive: 163 },
} as const;

interface Cost extends Traffic {
  readonly alive: number;
}

async function costOfStep(engine: Engine, gradient: keyof typeof LIMITS): Promise<Cost> {
  const network = new Network(engine, createModel('resnet20', cifarTask(100)));
  const optimizer = createOptimizer(engine, optimizerSettings({ gradient }), network.parameters);
  const tensors = startingTensors(engine, network, optimizer, network.initialValues(1));
  const before = engine.liveTensors();
  let alive = 0;
  const traffic = await engine.trafficOf?.(async () => {
    const outcome = await trainStep(
      ...([engine, network, optimizer, tensors, randomBatch([1, 2, 3, 4], 100)] as const),
      { learningRate: 1e-3, step: 1, random: optimizerRandomness(1) },
      {
        onPhase: () => {
          alive = Math.max(alive, engine.liveTensors() - before);
        },
      },
    );
    if (!outcome.finite) throw new Error('the step is not finite');
    for (const tensor of listTensors(outcome.tensors)) tensor.dispose();
  });
  if (traffic === undefined) throw new Error('the engine is another one');
  return { ...traffic, alive };
}

withKernels((engine) => {
  it.each(['none', 'gan'] as const)('a step with %s costs no more than it did', async (gradient) => {
    const cost = await costOfStep(engine(), gradient);
    expect(cost.operations, 'operations').toBeLessThanOrEqual(LIMITS[gradient].operations);
    expect(cost.bytes, 'bytes').toBeLessThanOrEqual(LIMITS[gradient].bytes);
    expect(cost.alive, 'tensors alive at once').toBeLessThanOrEqual(LIMITS[gradient].alive);
  });

  it('that cost is counted: a unit alone takes one operation forward and three back', async () => {
    const { operations } = await costOfStep(engine(), 'none');
    expect(operations).toBeGreaterThan(19 * 4);
  });
});
