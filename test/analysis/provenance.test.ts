import { describe, expect, it } from 'vitest';
import { groupRuns } from '../../src/analysis/groups.js';
import { provenanceOf } from '../../src/analysis/provenance.js';
import { speedOf } from '../../src/analysis/speed.js';
import { rowsOf, studyRun } from './runs.js';

const program = { version: '0.1.0', gitCommit: 'def', gitDirty: true, node: 'v20', tfjs: '4' };

describe('provenanceOf', () => {
  it('has each fact once, with how many runs share it, and says of how many nothing is known', () => {
    const runs = [
      studyRun({ seed: 1 }),
      studyRun({ seed: 2 }),
      studyRun({ seed: 3, manifest: { program } }),
      { ...studyRun({ seed: 4 }), manifest: undefined },
    ];
    expect(provenanceOf(runs)).toEqual([
      { what: 'program', value: 'gan-bench 0.1.0, commit abc', runs: 2 },
      { what: 'program', value: 'gan-bench 0.1.0, commit def, with uncommitted changes', runs: 1 },
      { what: 'engine', value: 'cpu: tfjs', runs: 3 },
      { what: 'Node', value: 'v20', runs: 3 },
      { what: 'processor', value: 'CPU, 1 core, linux x64', runs: 3 },
      { what: 'data', value: 'cifar100-mini/train.bin, SHA-256 aaa', runs: 3 },
      { what: 'unknown', value: 'no manifest', runs: 1 },
    ]);
  });
});

describe('speedOf', () => {
  it('is the median over all epochs of the finished seeds', () => {
    const speeds = [100, 120, 20];
    const runs = speeds.map((images_per_second, index) => ({
      ...studyRun({ seed: index + 1 }),
      metrics: rowsOf([0.5], () => ({ images_per_second, epoch_seconds: 1000 / images_per_second })),
    }));
    const unfinished = studyRun({ seed: 4, outcome: 'killed' });
    const [group] = groupRuns([...runs, unfinished]).groups;
    expect(group && speedOf(group)).toMatchObject({
      imagesPerSecond: 100,
      epochSeconds: 10,
      othersShare: undefined,
      processors: ['CPU, 1 core'],
    });
  });
});
