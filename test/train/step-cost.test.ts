import { afterEach, expect, it, vi } from 'vitest';

import { createModel } from '../../src/models/registry.js';
import { createOptimizer } from '../../src/optim/registry.js';
import type { Engine } from '../../src/tensor/engine.js';
import { loadNativeTensorFlow } from '../../src/tensor/tensorflow/native.js';
import { Network } from '../../src/train/network.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { listTensors, trainStep } from '../../src/train/step.js';
import { withKernels } from '../support/backends.js';
import { optimizerSettings, randomBatch, startingTensors } from '../support/training.js';
import { cifarTask } from '../support/tasks.js';

/**
 * What a step of ResNet-20 may cost in operations of the engine, and in tensors that it has alive at once at the end of
 * any phase. They cost time and memory on every machine, and unlike those they can be counted: a change that needs more
 * says so here.
 */
const LIMITS = {
  none: { operations: 136, alive: 195 },
  gan: { operations: 155, alive: 216 },
} as const;

interface Cost {
  readonly operations: number;
  readonly alive: number;
}

async function costOfStep(engine: Engine, gradient: keyof typeof LIMITS): Promise<Cost> {
  const network = new Network(engine, createModel('resnet20', cifarTask(100)));
  const optimizer = createOptimizer(engine, optimizerSettings({ gradient }), network.parameters);
  const tensors = startingTensors(engine, network, optimizer, network.initialValues(1));
  const counted = countOperations();
  const before = engine.liveTensors();
  let alive = 0;
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
  return { operations: counted(), alive };
}

/** Operations that TensorFlow is asked for from now on. */
function countOperations(): () => number {
  const { backend } = loadNativeTensorFlow();
  const ways = [vi.spyOn(backend, 'executeSingleOutput'), vi.spyOn(backend, 'executeMultipleOutputs')];
  return () => ways.reduce((sum, { mock }) => sum + mock.calls.length, 0);
}

withKernels((engine) => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(['none', 'gan'] as const)('a step with %s costs no more than it did', async (gradient) => {
    const cost = await costOfStep(engine(), gradient);
    expect(cost.operations, 'operations').toBeLessThanOrEqual(LIMITS[gradient].operations);
    expect(cost.alive, 'tensors alive at once').toBeLessThanOrEqual(LIMITS[gradient].alive);
  });

  it('that cost is counted: a unit alone takes one operation forward and three back', async () => {
    const { operations } = await costOfStep(engine(), 'none');
    expect(operations).toBeGreaterThan(19 * 4);
  });
});
