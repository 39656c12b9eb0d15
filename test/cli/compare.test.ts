import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/program.js';
import { writeFrozen } from '../../src/sweep/frozen.js';
import { loadSweep } from '../../src/sweep/load.js';
import type { Sweep } from '../../src/sweep/sweep.js';
import { temporaryFolder } from '../record/helpers.js';
import { ends, makeRun } from '../record/run-folders.js';
import { runConfig } from '../support/runs.js';
import { capturePrinted, type Printed } from './printed.js';

let printed: Printed;
beforeEach(() => {
  printed = capturePrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const compare = (...args: string[]): Promise<number> => main(['compare', ...args]);
const finished = (accuracy: number) => ({ accuracies: [0.1, accuracy], end: ends.finished });

/** adamw and gan with the seeds 1 to 3; those of gan end two points higher on the mean. */
async function toySweep(folder: string, compareKeys: object = {}): Promise<{ file: string; sweep: Sweep }> {
  const base = { model: 'resnet20', dataset: { name: 'cifar100-mini' }, epochs: 2, output: folder };
  const file = join(folder, 'toy.json');
  const rest = { grid: { optimizer: ['adamw', 'gan'] }, seeds: [1, 2, 3], compare: compareKeys };
  await writeFile(file, JSON.stringify({ base, ...rest }));
  return { file, sweep: await loadSweep(file) };
}

async function trained({ members, directory }: Sweep, accuracies: readonly number[]): Promise<void> {
  for (const [index, accuracy] of accuracies.entries()) {
    const member = members[index];
    if (member === undefined) throw new Error(`no member ${index}`);
    await makeRun(join(directory, member.name), member.seed, {
      config: member.config,
      ...finished(accuracy),
    });
  }
}

const byHand = [0.5, 0.5, 0.5, 0.51, 0.52, 0.53];

describe('gan-bench compare', () => {
  it('takes baseline and margin from a sweep file, and says the same of its folder', async () => {
    const keys = { baseline: { optimizer: 'gan' }, equivalenceMargin: 0.25 };
    const { file, sweep } = await toySweep(await temporaryFolder(), keys);
    await trained(sweep, byHand);
    await writeFrozen(sweep);
    expect(await compare(file)).toBe(0);
    expect(printed.out).toContain('-2.00 [-4.48, +0.48]  equivalent');
    const { out } = printed;
    printed.out = '';
    expect(await compare(sweep.directory)).toBe(0);
    expect(printed.out).toBe(out);
    printed.out = '';
    expect(await compare(file, '--baseline', 'optimizer=adamw', '--margin', '0.005')).toBe(0);
    expect(printed.out).toContain('+2.00 [-0.48, +4.48]  inconclusive');
    printed.out = '';
    expect(
      await compare(file, '--baseline', 'optimizer=adamw', '--baseline', 'optimizer.learningRate=0.001'),
    ).toBe(0);
    expect(printed.out).toContain('+2.00 [-0.48, +4.48]  equivalent');
    expect(printed.err).toBe('');
  });

  it('names members that have not begun, are of another experiment or damaged, and runs of no member', async () => {
    const { file, sweep } = await toySweep(await temporaryFolder());
    await trained(sweep, byHand.slice(0, 4));
    const gan = join(sweep.directory, 'gan');
    const config = runConfig({ epochs: 7 });
    await makeRun(gan, 2, { config, ...finished(0.5) });
    await makeRun(join(sweep.directory, 'stranger'), 1, { config, ...finished(0.5) });
    const broken = join(sweep.directory, 'adamw', 'seed-1', 'metrics.csv');
    await writeFile(broken, 'a,b\n1,2\n');
    expect(await compare(file)).toBe(0);
    const text = printed.out.replace(/\s+/g, ' ');
    expect(text).toContain('gan: seed 3 not started.');
    expect(text).toContain('gan: seed 2 damaged: gan/seed-2 was trained with another configuration:');
    expect(text).toContain('adamw: seed 1 damaged:');
    expect(text).toContain('is not a metrics.csv');
    expect(printed.err).toContain(`note: ${join(sweep.directory, 'stranger', 'seed-1')} is of no member`);
  });

  it('passes over a half-written row, and takes optimizer=adamw for the baseline of other folders', async () => {
    const folder = await temporaryFolder();
    for (const [index, gradient] of ['none', 'gan'].entries()) {
      const config = runConfig({ optimizer: { gradient } });
      await makeRun(join(folder, gradient), 1, { config, ...finished(0.5 + index / 10) });
    }
    const config = runConfig({ optimizer: { gradient: 'gan' } });
    const running = await makeRun(join(folder, 'gan'), 2, { config, accuracies: [0.25] });
    await writeFile(join(running, 'metrics.csv'), '2,20,0.00', { flag: 'a' });
    expect(await compare(join(folder, 'none'), join(folder, 'gan'), folder)).toBe(0);
    expect(printed.out).toMatch(/gan +1\/2 +60\.00 +\+10\.00 +none/);
    expect(printed.out).toContain('- gan: seed 2 killed after 1 epoch at 25.00 %');
    expect(printed.out).not.toContain('twice');
  });

  it('takes two sweeps of one name together, and says so', async () => {
    const folders = [await temporaryFolder(), await temporaryFolder()];
    const files: string[] = [];
    for (const folder of folders) {
      const { file, sweep } = await toySweep(folder);
      await trained(sweep, byHand);
      files.push(file);
    }
    expect(await compare(...files)).toBe(0);
    expect(printed.err).toContain('note: 2 sweeps are called toy: ');
    expect(printed.out.replace(/\s+/g, ' ')).toContain('gan: seeds 1, 2, 3 are there twice;');
  });

  it('answers in JSON and CSV', async () => {
    const { file, sweep } = await toySweep(await temporaryFolder());
    await trained(sweep, byHand);
    await mkdir(join(sweep.directory, 'seed-9'));
    await writeFile(join(sweep.directory, 'seed-9', 'config.json'), '{}');
    expect(await compare(file, '--json')).toBe(0);
    expect(JSON.parse(printed.out)).toMatchObject({
      metrics: [{ rows: [{ role: 'baseline' }, { label: 'gan', contrast: { signFlipPValue: 0.25 } }] }],
      passedOver: [{ directory: join(sweep.directory, 'seed-9') }],
    });
    expect(printed.err).toBe('');
    printed.out = '';
    expect(await compare(file, '--csv')).toBe(0);
    expect(printed.out.split('\n')[2]).toMatch(/^resnet20,gan,adamw,last,left out,3,,0\.52,/);
    expect(printed.err).toContain('note: passing over ');
  });

  it('compares by several metrics, each once', async () => {
    const { file, sweep } = await toySweep(await temporaryFolder(), { equivalenceMargin: 0.25 });
    await trained(sweep, byHand);
    const metrics = ['gap', 'last', 'gap'].flatMap((name) => ['--metric', name]);
    expect(await compare(file, ...metrics, '--json')).toBe(0);
    expect(JSON.parse(printed.out)).toMatchObject({
      metrics: [{ name: 'gap' }, { name: 'last', margin: 0.25 }],
    });
    printed.out = '';
    expect(await compare(file, ...metrics)).toBe(0);
    expect(printed.out).toMatch(/^gap: /);
    expect(printed.out).toContain('\nlast: ');
  });

  it('refuses where there is nothing to compare, or it is not clear with what', async () => {
    const folder = await temporaryFolder();
    const refused = async (text: string, ...args: string[]): Promise<void> => {
      printed.err = '';
      expect(await compare(...args)).toBe(2);
      expect(printed.err).toContain(text);
    };
    await refused(`${folder}: there are no runs.`, folder);
    await refused('nowhere: no such file or folder', 'nowhere');
    const { file, sweep } = await toySweep(folder);
    await refused(`${sweep.directory}: there are no runs.`, file);
    await trained(sweep, byHand);
    await refused('found one run of one configuration (adamw)', join(sweep.directory, 'adamw', 'seed-1'));
    await refused('optimizer.gradient: "none", "gan"', file, '--baseline', 'optimizer=zscore');
    await refused('--baseline optimizer: allowed: key=value', file, '--baseline', 'optimizer');
    await refused('metric "lst": there is no such metric; did you mean "last"?', file, '--metric', 'lst');
    await refused('metric "gap:0.5": gap takes no target.', file, '--metric', 'last', '--metric', 'gap:0.5');
    await refused('--margin: found "0"; allowed: a number above 0', file, '--margin', '0');
    await refused('--margin: found 50; allowed: of last a share below 1', file, '--margin', '50');
    await refused('epochs-to:0.6: no such file or folder, but a metric;', file, 'epochs-to:0.6');
    await refused('--metric: found "last,gap"; give --metric once for each', file, '--metric', 'last,gap');
    await refused('--json and --csv: only one', file, '--json', '--csv');
  });
});
