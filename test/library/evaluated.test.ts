import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, it, onTestFinished } from 'vitest';

it('trains in a program that Node was given on its command line, whose options are not for its threads', async () => {
  const output = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-evaluated-'));
  onTestFinished(() => rm(output, { recursive: true }));
  const program = `
    const { loadConfig, train } = await import('${pathToFileURL('dist/src/index.js').href}');
    const set = ['batchSize=10', 'maxSteps=1', 'dataset.trainSamples=100', 'dataset.testSamples=100'];
    const config = await loadConfig('smoke', { set, backend: 'wasm', output: ${JSON.stringify(output)} });
    for await (const event of train(config)) if (event.type === 'seed-ended') console.log(event.outcome);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    env: { ...process.env, TF_NUM_INTRAOP_THREADS: '2' },
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'finished\n', stderr: '' });
});
