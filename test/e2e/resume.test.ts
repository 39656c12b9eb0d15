import { readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { probeNative } from '../../src/tensor/tensorflow/native-probe.js';
import { randomStream } from '../../src/train/random.js';
import { checkpointsOf, manifestOf, readCsv, resultsOf } from './results.js';
import { type Ended, ganBench, type Running, start, temporaryFolder, writeConfig } from './support.js';
import { countChanges, signalAfter, stepsLogged } from './watching.js';

const TIMEOUT = 240_000;
const STEPS_PER_EPOCH = 10;

const checkpointName = (step: number): string => `step-${String(step).padStart(8, '0')}`;

const native = await probeNative();
const backends = [
  { backend: 'tensorflow', isThere: native.state === 'ready' },
  { backend: 'wasm', isThere: true },
];

for (const { backend, isThere } of backends) {
  describe.skipIf(!isThere)(`a run on ${backend}`, { timeout: TIMEOUT }, () => {
    let config: string;
    let uninterrupted: Record<string, string>;
    /** Changes that the uninterrupted run made in its folder. */
    let changes: number;

    const place = async (): Promise<{ args: string[]; directory: string }> => {
      const out = await temporaryFolder();
      const args = ['run', config, '--backend', backend, '--offline', '--out', out];
      return { args, directory: path.join(out, 'tiny', 'seed-7') };
    };
    const resume = (args: readonly string[]): Promise<Ended> => ganBench([...args, '--resume']);

    beforeAll(async () => {
      config = await writeConfig(await temporaryFolder(), { checkpoint: { initial: true } });
      const { args, directory } = await place();
      changes = await countChanges(() => start(args), directory);
      expect(await manifestOf(directory)).toMatchObject({ outcome: 'finished' });
      uninterrupted = await resultsOf(directory);
    }, TIMEOUT);

    it('gives the same bytes when it is repeated', async () => {
      const { args, directory } = await place();
      expect(await ganBench(args)).toMatchObject({ code: 0 });
      expect(await resultsOf(directory)).toEqual(uninterrupted);
      expect(await checkpointsOf(directory)).toEqual([0, 20, 30].map(checkpointName));
      expect(await readCsv(path.join(directory, 'metrics.csv'))).toHaveLength(3);
    });

    it('gives the same bytes when it is killed at random moments', async () => {
      const random = randomStream(1, 'shuffle', backend);
      const { args, directory } = await place();
      let killed = 0;
      let ended: Ended | undefined;
      for (let attempt = 0; attempt < 5 && ended?.code !== 0; attempt++) {
        const moment = 1 + Math.floor(random() * 0.8 * changes);
        const signal = random() < 0.25 ? 'SIGINT' : 'SIGKILL';
        const again = (): Running => start([...args, '--resume']);
        ended = await signalAfter(again, directory, moment, signal);
        if (ended.code !== 0) killed++;
        expect([0, 130, null], ended.stderr).toContain(ended.code);
      }
      expect(killed).toBeGreaterThan(0);
      expect(await resume(args)).toMatchObject({ code: 0 });
      expect(await resultsOf(directory)).toEqual(uninterrupted);
      // Nothing that a killed process was still writing is left.
      expect((await readdir(directory)).filter((name) => /(json|csv)\..*tmp/.test(name))).toEqual([]);
      expect((await checkpointsOf(directory)).filter((name) => !name.startsWith('step-'))).toEqual([]);
    });

    it('saves a checkpoint in the middle of an epoch on Ctrl-C, and goes on from it', async () => {
      const { args, directory } = await place();
      const running = start(args);
      await stepsLogged(running, directory, STEPS_PER_EPOCH + 2);
      running.kill('SIGINT');
      const { code, stderr } = await running.ended;
      expect(code).toBe(130);
      expect(stderr).toContain('Stopping: saving a checkpoint first.');
      const { outcome, attempts } = await manifestOf(directory);
      expect(outcome).toBe('interrupted');
      const step = attempts[0]?.toStep ?? 0;
      expect(step % STEPS_PER_EPOCH).toBeGreaterThan(0);
      expect((await checkpointsOf(directory)).at(-1)).toBe(checkpointName(step));
      expect(await readCsv(path.join(directory, 'steps.csv'))).toHaveLength(step);

      const resumed = await resume(args);
      expect(resumed.code).toBe(0);
      expect(resumed.stderr).toContain(
        `resumed at step ${step} (${Math.floor(step / STEPS_PER_EPOCH)} epoch`,
      );
      expect(await manifestOf(directory)).toMatchObject({
        outcome: 'finished',
        attempts: [{ outcome: 'interrupted' }, { outcome: 'finished', fromStep: step }],
      });
      expect(await resultsOf(directory)).toEqual(uninterrupted);
    });

    it('passes over torn checkpoints, saying so', async () => {
      const { args, directory } = await place();
      const running = start(args);
      await stepsLogged(running, directory, STEPS_PER_EPOCH + 1);
      running.kill('SIGKILL');
      expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
      const names = (await checkpointsOf(directory)).filter((name) => name.startsWith('step-'));
      const [older = '', newer = ''] = names.slice(-2);
      const torn = path.join(directory, 'checkpoints', newer);
      await truncate(path.join(torn, 'weights.safetensors'), 100_000);

      const { code, stderr } = await resume(args);
      expect(code).toBe(0);
      expect(stderr).toContain(`note: passing over ${torn}: `);
      expect(stderr).toContain('weights.safetensors is torn or was changed');
      expect(stderr).toContain(`resumed at step ${Number(older.slice('step-'.length))} (`);
      expect(await resultsOf(directory)).toEqual(uninterrupted);
    });

    it('says when it goes on with another library or processor than it was trained with', async () => {
      const { args, directory } = await place();
      await ganBench(args);
      const manifest = await manifestOf(directory);
      const older = { ...manifest.engine, library: 'Library 1.0' };
      const machine = { ...manifest.machine, cpuModel: 'Abacus 3000' };
      const stopped = { ...manifest, engine: older, machine, outcome: 'interrupted' };
      await writeFile(path.join(directory, 'manifest.json'), JSON.stringify(stopped));
      const { code, stderr } = await resume(args);
      expect(code).toBe(0);
      expect(stderr).toContain(
        `note: seed 7 was trained with Library 1.0 so far and goes on with ${manifest.engine.library}: `,
      );
      expect(stderr).toContain('note: seed 7 was trained with Abacus 3000 so far and goes on with ');
    });

    it('starts anew when no checkpoint is whole', async () => {
      const { args, directory } = await place();
      const running = start(args);
      await stepsLogged(running, directory, STEPS_PER_EPOCH + 1);
      running.kill('SIGKILL');
      await running.ended;
      for (const name of await checkpointsOf(directory)) {
        await writeFile(path.join(directory, 'checkpoints', name, 'state.json'), '{"format": 1, garbage');
      }
      const { code, stderr } = await resume(args);
      expect(code).toBe(0);
      expect(stderr).toMatch(/passing over .*step-00000010: .*state\.json is not the state of a checkpoint/);
      expect(stderr).toContain('note: seed 7 has no checkpoint to go on from; it starts anew.');
      expect(await resultsOf(directory)).toEqual(uninterrupted);
    });
  });
}
