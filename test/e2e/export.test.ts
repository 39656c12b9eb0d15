import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ends, makeRun } from '../record/run-folders.js';
import { ganBench, temporaryFolder } from './support.js';

/** A Python that has TensorBoard; `.ci/run` names one. */
const python = process.env['GAN_BENCH_TENSORBOARD_PYTHON'] ?? 'python3';
const isThere = spawnSync(python, ['-c', 'import tensorboard']).status === 0;

/** Reads all runs below a folder as TensorBoard's server does. */
const script = `
import json, sys
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
read = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
read.Reload()
tag = "metrics/test_accuracy"
print(json.dumps({run: {
    "layers": [tag for tag in sorted(read.GetAccumulator(run).Tags()["tensors"]) if tag.startswith("grad_std/")],
    "plugin": read.SummaryMetadata(run, tag).plugin_data.plugin_name,
    "curve": [[event.step, event.tensor_proto.float_val[0]] for event in read.Tensors(run, tag)],
} for run in read.Runs()}))
`;

it('exports a table', async () => {
  const folder = await temporaryFolder();
  await makeRun(folder, 1, { accuracies: [0.25], end: ends.finished });
  const { code, stdout, stderr } = await ganBench(['export', 'csv', folder]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^label,seed,outcome,epoch,step,.*\ntest,1,finished,1,10,/);
});

it.skipIf(!isThere)("exports event files that Python's TensorBoard reads", async () => {
  const folder = await temporaryFolder();
  await makeRun(folder, 1, { accuracies: [0.25, 0.5], end: ends.finished });
  await makeRun(folder, 2, { accuracies: [0.75, 1], end: ends.finished });
  const out = join(folder, 'tensorboard');
  const { code, stderr } = await ganBench(['export', 'tensorboard', folder, '--out', out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { stdout } = await promisify(execFile)(python, ['-c', script, out]);
  const scalars = (curve: readonly number[]) => ({
    plugin: 'scalars',
    curve: curve.map((value, index) => [index + 1, value]),
    layers: ['grad_std/global', 'grad_std/stem.kernel'],
  });
  expect(JSON.parse(stdout)).toEqual({
    'test/seed-1': scalars([0.25, 0.5]),
    'test/seed-2': scalars([0.75, 1]),
    'test/mean': scalars([0.5, 0.75]),
  });
});
