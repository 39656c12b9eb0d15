import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unfairnessOf } from '../../src/analysis/fairness.js';
import type { StudyRun } from '../../src/analysis/groups.js';
import { studyRun } from './runs.js';

const accuracy = { ofTime: false } as const;
const run = (manifest: object = {}): StudyRun => studyRun({ manifest });
const images = (checksums: object): StudyRun => run({ dataset: { name: 'cifar100-mini', checksums } });
const program = { version: '0.1.0', gitCommit: 'abc', gitDirty: false, node: 'v20', tfjs: '4' };

describe('unfairnessOf', () => {
  it('finds nothing in runs that were made alike', () => {
    expect(unfairnessOf(run(), run(), { ofTime: true })).toEqual({ refused: [], marked: [] });
  });

  it('refuses images with other checksums, and files that only one has', () => {
    const ours = images({ 'train.bin': 'aaa', 'test.bin': 'ccc' });
    expect(unfairnessOf(ours, images({ 'train.bin': 'bbb', 'test.bin': 'ccc' }), accuracy).refused).toEqual([
      'other images in train.bin',
    ]);
    expect(unfairnessOf(images({ 'train.bin': 'aaa' }), ours, accuracy).refused).toEqual([
      'other images in test.bin',
    ]);
  });

  it('takes the same checksums for the same images, whatever the data set is called', () => {
    const renamed = run({ dataset: { name: 'mine', checksums: { 'train.bin': 'aaa' } } });
    expect(unfairnessOf(run(), renamed, accuracy)).toEqual({ refused: [], marked: [] });
  });

  it.each([
    [{ program: { ...program, version: '0.2.0' } }, ['version of the program: 0.1.0 and 0.2.0']],
    [{ program: { ...program, gitCommit: null } }, ['commit: abc and null']],
    [{ program: { ...program, gitDirty: true } }, ['uncommitted changes of the program']],
    [{ engine: { backend: 'cpu', library: 'tfjs 5', devices: [] } }, ['library: tfjs and tfjs 5']],
    // What the numbers do not depend on.
    [{ program: { ...program, node: 'v22' }, commandLine: ['run'] }, []],
  ])('marks %j', (manifest, marked) => {
    expect(unfairnessOf(run(), run(manifest), accuracy)).toEqual({ refused: [], marked });
  });

  it('marks another processor where times are compared', () => {
    const machine = {
      platform: 'linux',
      release: '6',
      arch: 'x64',
      cpuModel: 'fast',
      cpuCores: 1,
      memoryBytes: 1,
    };
    expect(unfairnessOf(run(), run({ machine }), accuracy).marked).toEqual([]);
    expect(unfairnessOf(run(), run({ machine }), { ofTime: true }).marked).toEqual([
      'processor: CPU and fast',
    ]);
  });

  it('marks a run of which nothing is known', () => {
    const unknown = { ...run(), manifest: undefined };
    expect(unfairnessOf(unknown, run(), accuracy)).toEqual({
      refused: [],
      marked: ['a run has no manifest'],
    });
  });

  it('refuses the same files whichever run comes first', () => {
    const checksums = fc.dictionary(fc.constantFrom('train.bin', 'test.bin'), fc.constantFrom('aaa', 'bbb'));
    fc.assert(
      fc.property(checksums, checksums, (a, b) => {
        const refused = (first: object, second: object): string[] =>
          [...unfairnessOf(images(first), images(second), accuracy).refused].sort();
        expect(refused(a, b)).toEqual(refused(b, a));
        expect(refused(a, a)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
