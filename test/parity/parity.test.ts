import { beforeAll, describe, expect, it } from 'vitest';

import type { EngineName } from '../../src/tensor/backend.js';
import { createModel } from '../../src/models/registry.js';
import { vggFromWidths } from '../../src/models/vgg.js';
import { vit } from '../../src/models/vit.js';
import { Network } from '../../src/train/network.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, expectCloseToLargest } from '../support/close.js';
import { cifarTask } from '../support/tasks.js';
import { CLASSES, distance, evaluated, fiveSteps, mean, onDevice, RUNS } from './compute.js';
import type { Run } from './compute.js';
import { loadGolden } from './golden.js';
import type { Golden } from './golden.js';

type NetworkName = keyof typeof NETWORKS;

/** Plain JavaScript would take minutes; that it agrees with these is tested operation by operation. */
const BACKENDS = ['wasm', 'tensorflow'] as const;

/** A program may stand in for the GPU: there it is one batch of each kind of network, and one run of the smallest. */
const backendsOf = (name: NetworkName): readonly EngineName[] =>
  name === 'vitmean' ? BACKENDS : [...BACKENDS, 'webgpu'];

const isWhole = (backend: EngineName, name: NetworkName): boolean =>
  backend !== 'webgpu' || name === 'vggtiny';

const runsOn = (backend: EngineName, network: NetworkName): readonly Run[] => {
  if (backend !== 'webgpu') return RUNS;
  return network === 'vggtiny' ? RUNS.filter(({ name }) => name === 'gan-adamw') : [];
};

/** Relative tolerances of five steps; `movement` is that of the distance which the parameters went. */
interface RunTolerance {
  /** Of each step's loss. */
  readonly losses: readonly number[];
  /** Of α and the global deviations from the second step on; 1e-4 for the first. */
  readonly statistics: number;
  readonly movement: number;
}

const CLOSE: RunTolerance = { losses: Array<number>(5).fill(1e-4), statistics: 1e-4, movement: 1e-3 };

/**
 * At this learning rate values of ResNet-20 cross ReLU's kink, and what rounding does to them grows from step to step:
 * README.md has the deviations of PyTorch from itself under other roundings, a fifth of these.
 */
const CHAOTIC: RunTolerance = { losses: [1e-4, 1e-4, 2e-3, 2e-3, 2e-3], statistics: 1e-2, movement: 0.3 };
const GENTLE: RunTolerance = { losses: CLOSE.losses, statistics: 2.5e-3, movement: 5e-2 };

const VIT = { width: 32, depth: 2, heads: 2 };

const NETWORKS = {
  resnet20: {
    model: createModel('resnet20', cifarTask(CLASSES)),
    tolerance: ({ name }: Run) => (name.endsWith('gentle') ? GENTLE : CHAOTIC),
  },
  vggtiny: {
    model: vggFromWidths([8, 'pool', 16, 'pool', 16, 'pool'], cifarTask(CLASSES)),
    tolerance: () => CLOSE,
  },
  vitclass: { model: vit(VIT, 'class', cifarTask(CLASSES)), tolerance: () => CLOSE },
  vitmean: { model: vit(VIT, 'mean', cifarTask(CLASSES)), tolerance: () => CLOSE },
} as const;

describe.each(['vggtiny', 'resnet20', 'vitclass', 'vitmean'] as const)('%s agrees with PyTorch', (name) => {
  const { model, tolerance } = NETWORKS[name];
  let golden: Golden;
  beforeAll(async () => {
    golden = await loadGolden(name);
  });

  onEachBackend((engine, backend) => {
    it('on one batch: logits, loss, gradients and running statistics', async () => {
      const network = new Network(engine(), model);
      const pass = onDevice(engine(), network, golden, 0);
      expectCloseToLargest(await engine().read(pass.logits), golden.values('logits'));
      expectClose([mean(await engine().read(pass.loss))], [golden.scalar('loss')]);
      const expected = golden.group('gradients');
      expect([...pass.gradients.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [parameter, gradient] of pass.gradients) {
        // Batch norm removes the bias before it: that gradient is 0, and rounding noise in both implementations.
        const tolerance = /conv\d+\.bias$/.test(parameter)
          ? { relative: 0, absolute: 1e-7 }
          : { relative: 1e-4 };
        expectCloseToLargest(await engine().read(gradient), expected.get(parameter)?.data ?? [], tolerance);
      }
      for (const [buffer, values] of network.buffers.views(await engine().read(pass.buffers))) {
        expectCloseToLargest(values, golden.group('buffers').get(buffer)?.data ?? []);
      }
    });

    it.skipIf(backend === 'webgpu')('on the loss with label smoothing', async () => {
      const { loss } = onDevice(engine(), new Network(engine(), model), golden, 0.1);
      expectClose([mean(await engine().read(loss))], [golden.scalar('lossSmoothed')]);
    });

    it.skipIf(!isWhole(backend, name))('in evaluation', async () => {
      const logits = evaluated(engine(), new Network(engine(), model), golden);
      expectCloseToLargest(await engine().read(logits), golden.values('evalLogits'));
    });

    it.each(runsOn(backend, name))('over five steps of $name', async (run) => {
      const expected = await loadGolden(`${name}-${run.name}`);
      const { losses, statistics, movement } = tolerance(run);
      const { reports, parameters } = await fiveSteps(engine(), new Network(engine(), model), golden, run);
      for (const [index, relative] of losses.entries()) {
        const loss = expected.values('losses')[index] ?? NaN;
        expectClose([reports[index]?.loss ?? NaN], [loss], { relative, absolute: 0 });
      }
      const agree = (actual: readonly (number | undefined)[], name: string) => {
        const values = actual.map((value) => value ?? NaN);
        expectClose(values.slice(0, 1), expected.values(name).subarray(0, 1), {
          relative: 1e-4,
          absolute: 0,
        });
        expectClose(values, expected.values(name), { relative: statistics, absolute: 0 });
      };
      agree(
        reports.map(({ layers }) => layers.at(-1)?.gradStd),
        'gradGlobalStd',
      );
      agree(
        reports.map(({ layers }) => layers.at(-1)?.updateStd),
        'updateGlobalStd',
      );
      if (run.gradient === 'gan') {
        agree(
          reports.map((step) => step.reports['autoscale_alpha']),
          'alphas',
        );
        agree([reports[0]?.reports['autoscale_exponent']], 'exponent');
      }
      for (const [parameter, { data }] of expected.group('final')) {
        const initial = golden.values(`parameters/${parameter}`);
        const deviation = distance(parameters.get(parameter), data) / distance(initial, data);
        expect(deviation, parameter).toBeLessThan(movement);
      }
    });
  }, backendsOf(name));
});
