import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import type { TrainEvent } from '../../src/train/events.js';
import { onEachBackend } from '../support/backends.js';
import {
  checkpointFolder,
  eventsOf,
  interruptedAfter,
  latest,
  ofType,
  run,
  runConfig,
} from '../support/runs.js';

onEachBackend(
  (engine) => {
    describe('no tensor of a run is left', () => {
      const leftAfter = async (work: () => Promise<unknown>): Promise<number> => {
        const before = engine().liveTensors();
        await work();
        return engine().liveTensors() - before;
      };

      it('when it has finished', async () => {
        expect(await leftAfter(() => eventsOf(run(engine())))).toBe(0);
      });

      it('when it was interrupted, and resumed', async () => {
        expect(await leftAfter(() => interruptedAfter(engine(), 2))).toBe(0);
        const resume = await latest();
        expect(await leftAfter(() => eventsOf(run(engine(), { resume })))).toBe(0);
      });

      it('when it diverged', async () => {
        const config = runConfig({ optimizer: { base: 'sgd', learningRate: 1e30 } });
        expect(await leftAfter(() => eventsOf(run(engine(), { config })))).toBe(0);
      });

      it('when a checkpoint could not be written', async () => {
        const file = path.join(checkpointFolder(), 'a file');
        await writeFile(file, '');
        let events: TrainEvent[] = [];
        expect(
          await leftAfter(async () => (events = await eventsOf(run(engine(), { checkpoints: file })))),
        ).toBe(0);
        expect(events.at(-1)).toMatchObject({ type: 'run-failed', step: 3, error: { code: 'io' } });
      });

      it('when the listener stops listening, or fails', async () => {
        expect(
          await leftAfter(async () => {
            for await (const event of run(engine())) if (event.type === 'step') break;
          }),
        ).toBe(0);
        const failing = async (): Promise<void> => {
          const listening = eventsOf(run(engine()), ({ type }) => {
            if (type === 'epoch') throw new Error('no space');
          });
          await expect(listening).rejects.toThrow('no space');
        };
        expect(await leftAfter(failing)).toBe(0);
      });
    });
  },
  ['wasm', 'tensorflow'],
);

onEachBackend(
  (engine) => {
    describe('checkpoints', () => {
      const savedBy = async (checkpoint: object): Promise<[events: number[], files: string[]]> => {
        const config = runConfig({ epochs: 3, batchSize: 7, checkpoint });
        const events = await eventsOf(run(engine(), { config }));
        const names = (await readdir(checkpointFolder())).sort();
        return [ofType(events, 'checkpoint').map(({ step }) => step), names.map((name) => name.slice(-1))];
      };

      it.each([
        [{}, [1, 2, 3], ['2', '3']],
        [{ keep: 1 }, [1, 2, 3], ['3']],
        [{ everyEpochs: 2 }, [2, 3], ['2', '3']],
        [{ everyEpochs: 9 }, [3], ['3']],
        [{ initial: true, keep: 1 }, [0, 1, 2, 3], ['0', '3']],
      ])('with %o are saved after steps %o, and %o stay', async (checkpoint, saved, kept) => {
        expect(await savedBy(checkpoint)).toEqual([saved, kept]);
      });
    });

    describe('a run that diverges', () => {
      it('stops with the step and the layer, and has told of all before', async () => {
        const config = runConfig({ optimizer: { base: 'sgd', learningRate: 1e30 } });
        const events = await eventsOf(run(engine(), { config }));
        const failed = ofType(events, 'run-failed')[0];
        const steps = ofType(events, 'step');
        expect(failed).toMatchObject({ step: steps.length, error: { code: 'diverged', exitCode: 1 } });
        expect(failed?.error.message).toMatch(
          new RegExp(
            `^Seed 42 stopped at epoch 1, step ${steps.length + 1}: the gradient of \\S+ is no longer finite`,
          ),
        );
        expect(await readdir(checkpointFolder())).toEqual([]);
      });

      it('in its last step is stopped by the evaluation', async () => {
        const config = runConfig({ maxSteps: 1, optimizer: { base: 'sgd', learningRate: 1e38 } });
        const events = await eventsOf(run(engine(), { config }));
        expect(events.map(({ type }) => type)).toEqual(['run-started', 'step', 'run-failed']);
        expect(ofType(events, 'run-failed')[0]?.error.message).toContain(
          'Seed 42 stopped at epoch 1, step 1: the test loss is NaN.',
        );
        expect(await readdir(checkpointFolder())).toEqual([]);
      });
    });
  },
  ['wasm'],
);
