import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { Screen } from '../cli/printed.js';
import { checkpointsOf, manifestOf } from './results.js';
import { ganBench, smallest, stackTrace, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

const TIMEOUT = 120_000;
const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

/** Starts the command in a pseudo-terminal, by this script of a shell. */
function inTerminal(script: string): string[] {
  const quoted = 'exec script -qec "$(printf "%q " "$@")" /dev/null';
  return ['bash', '-c', quoted, 'bash', 'bash', '-c', script, 'bash'];
}

/** Hands SIGHUP on, which the system sends to the shell alone, and writes down how the command ended. */
const untilClosed = '"$@" & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > "$STATUS"';

async function place(changes: object = {}) {
  const folder = path.join(await temporaryFolder(), 'a folder');
  await mkdir(folder);
  const out = path.join(folder, 'results');
  const args = ['run', await writeConfig(folder, changes), '--backend', 'wasm', '--offline', '--out', out];
  return { folder, args, directory: path.join(out, 'tiny', 'seed-7') };
}

describe.skipIf(!hasScript)('a run in a terminal', { timeout: TIMEOUT }, () => {
  it('fits 50 columns, leaves a line an epoch behind, and says after Ctrl-C how to go on', async () => {
    const { folder, args, directory } = await place();
    const running = start(args, { under: inTerminal('stty cols 50; exec "$@"'), typed: true });
    await stepsLogged(running, directory, 22);
    running.type('\u0003');
    const screen = new Screen(50);
    screen.text = (await running.ended).stdout;
    const shown = screen.shown();
    const [, ...told] = shown;
    const stop = told.indexOf('Stopping: saving a checkpoint first. Press Ctrl-C again to stop at once.');
    expect(told.slice(0, stop)).toEqual([
      'seed 7  3 epochs of 10 steps',
      expect.stringMatching(/^seed 7 {2}epoch 1\/3 {2}loss \d\.\d{3} {2}test \d+\.\d %/),
      expect.stringMatching(/^seed 7 {2}epoch 2\/3 {2}loss /),
    ]);
    expect(Math.max(...told.slice(0, stop).map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(told.slice(stop + 1)).toEqual([
      'seed 7: interrupted',
      expect.stringMatching(/^summary: /),
      expect.stringMatching(/^Go on with: .* --resume$/),
      '',
    ]);
    // Whatever was drawn in between: the bar never needed a second line.
    const drawn = screen.text.split(/[\r\n]+/).filter((part) => part.startsWith('seed 7  epoch'));
    expect(drawn.length).toBeGreaterThan(3);
    expect(Math.max(...drawn.map((part) => part.replace('\u001b[K', '').length))).toBeLessThanOrEqual(50);

    const goOn = (shown.at(-2) ?? '').replace(/^Go on with: (npx )?gan-bench/, '"$@"');
    const words = [process.execPath, path.resolve('bin', 'gan-bench.js')];
    expect(spawnSync('bash', ['-c', goOn, 'bash', ...words], { cwd: folder })).toMatchObject({ status: 0 });
    expect(await manifestOf(directory)).toMatchObject({ outcome: 'finished', attempts: [{}, {}] });
  });

  it('that is closed saves a checkpoint and ends as SIGHUP ends', async () => {
    const { folder, args, directory } = await place({ epochs: 1_000_000 });
    const status = path.join(folder, 'status');
    // A pipe: reading it waits for the one line that is written.
    execFileSync('mkfifo', [status]);
    const running = start(args, { under: inTerminal(untilClosed), env: { STATUS: status } });
    await stepsLogged(running, directory, 12);
    running.kill('SIGKILL');
    expect(await readFile(status, 'utf8')).toBe('129\n');
    const { outcome, attempts } = await manifestOf(directory);
    expect(outcome).toBe('interrupted');
    const step = String(attempts[0]?.toStep).padStart(8, '0');
    expect((await checkpointsOf(directory)).at(-1)).toBe(`step-${step}`);
  });
});

describe('a run whose', { timeout: TIMEOUT }, () => {
  let args: string[];
  let folder: string;
  beforeAll(async () => {
    ({ args, folder } = await place(smallest));
  });

  const run = async (name: string, shell: string) => {
    const out = path.join(folder, name);
    const ended = await ganBench([...args, '--out', out], { under: ['bash', '-c', shell, 'bash'] });
    expect(ended.stderr).not.toMatch(stackTrace);
    expect(await manifestOf(path.join(out, 'tiny', 'seed-7'))).toMatchObject({ outcome: 'finished' });
    return ended;
  };

  it('readers are gone ends as it would have', async () => {
    const { stdout } = await run('reader', '"$@" 2>&1 | head -n 1; echo "status ${PIPESTATUS[0]}"');
    expect(stdout).toMatch(/^resnet20 on .*\nstatus 0\n$/);
  });

  it('remarks cannot be written ends as it would have', async () => {
    const { code, stdout } = await run('remarks', '"$@" 2> /dev/full');
    expect(code).toBe(0);
    expect(stdout).toContain('seed 7: test accuracy ');
  });

  it.each(['', '--json'])(
    'answer cannot be written says so, after everything is saved (%s)',
    async (flag) => {
      const { code, stderr } = await run(`answer${flag}`, `"$@" ${flag} > /dev/full`);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: standard output could not be written: ENOSPC: .*\n$/m);
      expect(stderr).not.toContain('--debug');
    },
  );
});

describe('run --min-accuracy', { timeout: TIMEOUT }, () => {
  it('ends with 1 below it, saying found and wanted', async () => {
    const { args } = await place(smallest);
    const below = await ganBench([...args, '--min-accuracy', '1', '--json', '--quiet']);
    expect(below.code).toBe(1);
    const message = expect.stringMatching(
      /^seed 7: found a test accuracy of 0(\.\d+)? at the end, wanted at least 1 \(--min-accuracy\)$/,
    ) as unknown;
    expect(JSON.parse(below.stdout)).toMatchObject({
      seeds: [{ seed: 7, outcome: 'finished', error: { code: 'accuracy', message } }],
    });
    expect(below.stderr).toMatch(/^error: seed 7: found a test accuracy of /);
    expect(await ganBench([...args, '--resume', '--min-accuracy', '0'])).toMatchObject({ code: 0 });
  });
});

describe('a seed that fails', { timeout: TIMEOUT }, () => {
  it('carries its reason under --json', async () => {
    const { args } = await place({ ...smallest, epochs: 3, optimizer: { base: 'sgd', learningRate: 1e30 } });
    const { code, stdout } = await ganBench([...args, '--json']);
    expect(code).toBe(1);
    const message = expect.stringContaining('Seed 7 stopped at epoch ') as unknown;
    expect(JSON.parse(stdout)).toMatchObject({
      seeds: [{ seed: 7, outcome: 'failed', error: { code: 'diverged', message } }],
    });
  });
});
