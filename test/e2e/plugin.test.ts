import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { manifestOf } from './results.js';
import { ganBench, smallest, stackTrace, temporaryFolder } from './support.js';

const BEGIN = `import { definePlugin, defineTransform, NO_OPTIONS } from 'gan-bench';
const meta = { name: 'mine', version: '1.0.0', apiVersion: 1 } as const;
`;

/** A plug-in of one transform, \`mine/it\`, whose update is this code. */
const pluginOf = (update: string): string => `${BEGIN}
const it = defineTransform({
  options: NO_OPTIONS,
  reports: [],
  create: () => ({ init: () => new Map(), update: (tensors, state, { step }) => { ${update} } }),
});
export const plugin = definePlugin({ meta, transforms: { it } });
`;

/** A folder with a plug-in and a configuration that trains one step with it, on wasm. */
async function place(code: string) {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'mine.ts'), code);
  const config = {
    ...smallest,
    model: 'resnet20',
    plugins: ['./mine.ts'],
    optimizer: { gradient: 'mine/it' },
  };
  const file = path.join(folder, 'c.json');
  await writeFile(file, JSON.stringify({ ...config, backend: 'wasm', seeds: [1] }));
  return { folder, file, run: path.join(folder, 'out', 'c', 'seed-1') };
}

describe('a plug-in', () => {
  it('begins with a command, passes its tests, and lands in a table with AdamW', async () => {
    const cwd = await temporaryFolder();
    const begun = await ganBench(['plugin', 'new', 'sign'], { cwd });
    expect(begun.code).toBe(0);
    expect(begun.stdout).toContain('gan-bench plugin test ./sign.ts');
    expect(await ganBench(['plugin', 'new', 'sign'], { cwd })).toMatchObject({
      code: 2,
      stderr: 'error: sign.ts is there already, and is not overwritten; choose another name\n',
    });
    const tested = await ganBench(['plugin', 'test', 'sign.ts'], { cwd });
    expect(tested.stdout).toMatch(/\nAll \d+ checks passed\.\n$/);
    expect(tested.code).toBe(0);
    const short = Object.entries({
      'dataset.trainSamples': 50,
      'dataset.testSamples': 20,
      epochs: 1,
      batchSize: 10,
    });
    const sets = [...short, ['maxSteps', 2]].flatMap(([key, value]) => [
      '--set',
      `${String(key)}=${String(value)}`,
    ]);
    const seeds = ['--seed', '1', '--backend', 'wasm', '--quiet'];
    const swept = await ganBench(['sweep', 'sign.yaml', ...seeds, ...sets], { cwd });
    expect(swept).toMatchObject({ code: 0 });
    const compared = await ganBench(['compare', 'results/sign'], { cwd });
    expect(compared.stdout).toMatch(/^adamw +1 .* baseline$/m);
    expect(compared.stdout).toMatch(/^sign\/sign +1 /m);
    const member = path.join(cwd, 'results/sign/sgd-sign/seed-1');
    expect(await manifestOf(member)).toMatchObject({ plugins: [{ name: 'sign', version: '0.1.0' }] });
  }, 120_000);

  it('is known by its files: a copy lies in the run, and another one does not go on', async () => {
    const code = pluginOf('return { tensors, state };');
    const { folder, file, run } = await place(code);
    const out = ['--out', path.join(folder, 'out'), '--quiet'];
    expect(await ganBench(['run', file, ...out, '--set', 'maxSteps=1'])).toMatchObject({ code: 0 });
    expect(await readFile(path.join(run, 'plugins/mine/mine.ts'), 'utf8')).toBe(code);
    await writeFile(path.join(folder, 'mine.ts'), `${code}// changed`);
    const resumed = await ganBench(['run', file, ...out, '--resume', '--set', 'maxSteps=1']);
    expect(resumed.code).toBe(2);
    expect(resumed.stderr).toMatch(
      /plugins\.mine: was 1\.0\.0, SHA-256 [0-9a-f]{64}, now 1\.0\.0, SHA-256 [0-9a-f]{64}/,
    );
    // The configuration of the run says which it was, too.
    const again = await ganBench(['validate', path.join(run, 'config.json')]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('it is not the one that was begun with');
  });

  it.each([
    ['throws', "throw new Error('no idea at step ' + step);", /: update: no idea at step 1\n$/],
    [
      'uses Math.random',
      'Math.random(); return { tensors, state };',
      /: update: it uses Math\.random, whose numbers/,
    ],
  ])('that %s ends the run with one line that names it', async (_, update, message) => {
    const { folder, file, run } = await place(pluginOf(update));
    const { code, stderr } = await ganBench(['run', file, '--out', path.join(folder, 'out'), '--quiet']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^error: the transform it of the plug-in mine \\(${folder}/mine\\.ts\\)`),
    );
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(stackTrace);
    expect(await manifestOf(run)).toMatchObject({ outcome: 'failed', errorCode: 'plugin' });
  });

  it('that fails a check is told, for people and for programs', async () => {
    const { folder } = await place(pluginOf('return { tensors: new Map(), state };'));
    const { code, stdout } = await ganBench(['plugin', 'test', path.join(folder, 'mine.ts'), '--json']);
    expect(code).toBe(1);
    const answer: unknown = JSON.parse(stdout);
    expect(answer).toMatchObject({ plugin: { name: 'mine', from: path.join(folder, 'mine.ts') } });
    expect(stdout).toContain('conv1.kernel is missing');
  });

  it('that has no method is not told that all checks passed', async () => {
    const { folder, file } = await place(`${BEGIN}export const plugin = definePlugin({ meta });`);
    const mine = path.join(path.dirname(file), 'mine.ts');
    const { code, stderr, stdout } = await ganBench(['plugin', 'test', mine], { cwd: folder });
    expect(stderr).toBe(
      `error: the plug-in ${mine}: it has no method; allowed: one at least of models, transforms, optimizers, schedules\n`,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('completes and checks in editors', async () => {
    const { file } = await place(pluginOf('return { tensors, state };'));
    const { code, stdout } = await ganBench(['schema', '--with', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('"mine/it"');
  });
});
