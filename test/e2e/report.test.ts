import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ends, makeRun } from '../record/run-folders.js';
import { runConfig } from '../support/runs.js';
import { ganBench, stackTrace, temporaryFolder } from './support.js';

const COMMITTED = 'results/reference/mini';

/** What lies below a folder: each file by its path. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = paths
    .sort()
    .map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const);
  return new Map(await Promise.all(contents));
}

/** Two configurations of two seeds, each of three epochs. */
async function smallStudy(name = 'study'): Promise<string> {
  const folder = join(await temporaryFolder(), name);
  for (const [gradient, last] of [
    ['none', 0.3],
    ['gan', 0.4],
  ] as const) {
    for (const seed of [1, 2]) {
      const config = runConfig({ epochs: 3, optimizer: { gradient } });
      const accuracies = [0.1, 0.2, last + seed / 100];
      await makeRun(join(folder, gradient), seed, { config, accuracies, end: ends.finished });
    }
  }
  return folder;
}

describe('gan-bench report', { timeout: 60_000 }, () => {
  it('makes the committed report again, byte for byte', async () => {
    const out = join(await temporaryFolder(), 'report');
    const { code, stdout, stderr } = await ganBench(['report', COMMITTED, '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('gan against adamw: -1.04 points, 95 % interval [-2.20, +0.12], n = 5 pairs.');
    const [made, committed] = [await filesIn(out), await filesIn(join(COMMITTED, 'report'))];
    expect([...made.keys()]).toEqual([...committed.keys()]);
    // Else: npx gan-bench report results/reference/mini, and look at it.
    for (const [path, content] of made) expect(content === committed.get(path), path).toBe(true);
  });

  it('says what is missing, and replaces an earlier report', async () => {
    const folder = await smallStudy();
    await makeRun(join(folder, 'gan'), 3, {
      config: runConfig({ epochs: 3, optimizer: { gradient: 'gan' } }),
    });
    const file = join(folder, 'report', 'report.md');
    expect(await ganBench(['report', folder])).toMatchObject({ code: 0, stderr: '' });
    const first = await readFile(file, 'utf8');
    expect(first).toContain('2 configurations, 4 of 6 runs finished.');
    expect(first).toContain('| gan');
    expect(first).toMatch(/3 killed/);
    expect(await ganBench(['report', folder])).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(file, 'utf8')).toBe(first);
  });

  it('shows names and plans as text, whatever they contain', async () => {
    const hostile = '<script>alert(1)<img src=x onerror=alert(2)> [x](javascript:alert(3))';
    const folder = await smallStudy(hostile);
    await writeFile(join(folder, 'PLAN.md'), `${hostile}\n\`\`\`\n# not a heading\n`);
    expect(await ganBench(['report', folder])).toMatchObject({ code: 0 });
    const html = await readFile(join(folder, 'report', 'report.html'), 'utf8');
    expect(/<script|<img/.exec(html)).toBe(null);
    expect(html.includes('&#x3C;script>alert(1)')).toBe(true);
    const markdown = await readFile(join(folder, 'report', 'report.md'), 'utf8');
    // The plan is a block of code whose fence is longer than any in it.
    expect(markdown).toMatch(/^````\n.*\n```\n# not a heading\n````$/m);
  });

  it.each([
    ['several places without a folder to write to', ['a', 'b'], '--out: name the folder'],
    ['a port without a server', ['--port', '1'], '--port: is only used with --serve'],
    ['a plan that is not there', ['--plan', 'nowhere.md'], 'nowhere.md'],
    ['a metric that there is not', ['--metric', 'lasst'], 'metric "lasst": there is no such metric'],
    ['a folder for a server', ['--serve', '--out', 'x'], '--out: --serve writes no files'],
  ])('refuses %s', async (_, words, message) => {
    const folder = await smallStudy();
    const places = words[0] === 'a' ? [join(folder, 'none'), join(folder, 'gan')] : [folder, ...words];
    const { code, stderr } = await ganBench(['report', ...places]);
    expect(code).toBe(words[0] === '--plan' ? 1 : 2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(stackTrace);
  });
});
