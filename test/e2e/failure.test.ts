import { spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { checkpointsOf, manifestOf, readCsv, resultsOf } from './results.js';
import { ganBench, preload, smallest, stackTrace, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

const TIMEOUT = 240_000;

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

function place(out: string, config: string) {
  const args = ['run', config, '--backend', 'wasm', '--offline', '--out', out];
  return { args, directory: (seed = 7) => path.join(out, 'tiny', `seed-${seed}`) };
}

describe('a run that diverges', { timeout: TIMEOUT }, () => {
  const divergent = { optimizer: { base: 'sgd', learningRate: 1e30 }, seeds: [1, 2] };

  it('fails with the layer and step named, keeps what was logged, and the other seeds go on', async () => {
    const { args, directory } = place(folder, await writeConfig(folder, divergent));
    const { code, stderr, stdout } = await ganBench(args);
    expect(code).toBe(1);
    expect(stderr).not.toMatch(stackTrace);
    for (const seed of [1, 2]) {
      const steps = await readCsv(path.join(directory(seed), 'steps.csv'));
      expect(steps.length).toBeGreaterThan(0);
      const place = `Seed ${seed} stopped at epoch 1, step ${steps.length + 1}: the gradient of `;
      expect(stderr).toContain(`error: ${place}`);
      expect(stderr).toMatch(/the gradient of \S+\.(kernel|scale|offset|bias) is no longer finite/);
      const { outcome, error, attempts } = await manifestOf(directory(seed));
      expect({ outcome, toStep: attempts[0]?.toStep }).toEqual({ outcome: 'failed', toStep: steps.length });
      expect(error).toContain(place);
      expect(stdout).toContain(`seed ${seed}: failed`);
    }
    const summary = await readCsv(path.join(folder, 'tiny', 'summary.csv'));
    expect(summary.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });

  it('shows where that came from with --debug', async () => {
    const { args } = place(folder, await writeConfig(folder, divergent));
    const { code, stderr } = await ganBench([...args, '--seed', '1', '--debug']);
    expect(code).toBe(1);
    expect(stderr).toMatch(stackTrace);
  });
});

describe('a seed whose files cannot be written', { timeout: TIMEOUT }, () => {
  it('fails, and the other seeds go on', async () => {
    const { args, directory } = place(folder, await writeConfig(folder, { ...smallest, seeds: [1, 2] }));
    const obstacle = path.join(directory(1), 'gradients.csv');
    await mkdir(obstacle, { recursive: true });
    const { code, stderr, stdout } = await ganBench(args);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${obstacle}: `);
    expect(stderr).not.toMatch(stackTrace);
    expect(stdout).toContain('seed 1: failed');
    expect(stdout).toContain('seed 2: test accuracy');
    expect(await manifestOf(directory(2))).toMatchObject({ outcome: 'finished' });
  });
});

describe('a disk that is full', { timeout: TIMEOUT }, () => {
  it('fails the run at the checkpoint; after space is made, --resume ends with the same bytes', async () => {
    const config = await writeConfig(folder);
    const whole = place(path.join(folder, 'whole'), config);
    expect(await ganBench(whole.args)).toMatchObject({ code: 0 });

    const { args, directory } = place(path.join(folder, 'full'), config);
    const running = start(args);
    await stepsLogged(running, directory(), 12);
    running.kill('SIGKILL');
    await running.ended;
    const checkpoints = await checkpointsOf(directory());

    // No file may grow beyond 100 KiB: enough for the tables, too little for the weights.
    const under = ['bash', '-c', 'ulimit -f 100; exec "$@"', 'bash'];
    const { code, stderr } = await ganBench([...args, '--resume'], { under });
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: The checkpoint .*step-000000\d0 could not be written: EFBIG/);
    expect(stderr).toContain('Make space or mend the folder, then run the same command with --resume.');
    expect(stderr).not.toMatch(stackTrace);
    expect(await manifestOf(directory())).toMatchObject({ outcome: 'failed' });
    expect(await checkpointsOf(directory())).toEqual(checkpoints);

    expect(await ganBench([...args, '--resume'])).toMatchObject({ code: 0 });
    expect(await resultsOf(directory())).toEqual(await resultsOf(whole.directory()));
  });

  const mounts = 'mount -t tmpfs -o size=64k tmpfs "$0"';
  const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', mounts, '/mnt']).status === 0;

  it.skipIf(!canMount)('that is a real one too', async () => {
    const config = await writeConfig(folder);
    const whole = place(path.join(folder, 'whole'), config);
    expect(await ganBench(whole.args)).toMatchObject({ code: 0 });

    // Four megabytes hold one checkpoint (3.3) and not two. The mount is gone when the shell ends.
    const disk = path.join(folder, 'disk');
    const kept = path.join(folder, 'kept');
    await mkdir(disk);
    const script = `
      mount -t tmpfs -o size=4m tmpfs "$DISK"
      "$@"; echo "status $?" >&2
      mount -o remount,size=64m "$DISK"
      "$@" --resume; echo "status $?" >&2
      cp -r "$DISK" "$KEPT"`;
    const ended = await ganBench(place(disk, config).args, {
      env: { DISK: disk, KEPT: kept },
      under: ['unshare', '-rm', 'sh', '-c', script, 'sh'],
    });
    expect(ended.stderr.match(/status \d+/g)).toEqual(['status 1', 'status 0']);
    expect(ended.stderr).toContain('ENOSPC');
    expect(ended.stderr).not.toMatch(stackTrace);
    const { directory } = place(kept, config);
    expect(await resultsOf(directory())).toEqual(await resultsOf(whole.directory()));
    expect((await readdir(directory())).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await manifestOf(directory())).attempts.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'finished',
    ]);
  });
});

describe.skipIf(availableParallelism() === 1)('a thread of wasm that is lost', { timeout: TIMEOUT }, () => {
  const lost = (how: string) => ({ ...preload('preload/lost-thread.cjs'), LOST_THREAD: how });

  it.each([
    ['ends', 'exit', 'it ended with status 3'],
    ['traps', 'trap', 'memory access out of bounds'],
  ])('when it %s in the middle of a step, fails the run', async (_, how, reason) => {
    const { args, directory } = place(folder, await writeConfig(folder, smallest));
    const { code, stderr } = await ganBench(args, { env: lost(how) });
    expect(code).toBe(1);
    expect(stderr).toContain(`error: wasm: a thread that computes was lost (${reason})`);
    expect(stderr).not.toMatch(stackTrace);
    const { outcome, error } = await manifestOf(directory());
    expect(outcome).toBe('failed');
    expect(error).toContain('Run the same command again with --resume');
    expect(await ganBench([...args, '--resume'])).toMatchObject({ code: 0 });
  });

  it('when it does not come back, fails the run in the end, and a signal is heard', async () => {
    const { args, directory } = place(folder, await writeConfig(folder, { ...smallest, seeds: [1, 2] }));
    const running = start(args, { env: lost('stuck') });
    await running.says('seed 1');
    running.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).toBe(143);
    expect(stderr).toContain(
      'error: wasm: a thread that computes was lost (it has not answered for 20 seconds)',
    );
    expect(stderr).not.toContain('seed 2');
    expect(await manifestOf(directory(1))).toMatchObject({ outcome: 'failed' });
  });
});
