import { describe, expect, it } from 'vitest';
import type { StudyRun } from '../../../src/analysis/groups.js';
import { completenessSection } from '../../../src/report/sections/completeness.js';
import { divergedSection } from '../../../src/report/sections/diverged.js';
import { divergedRun, studyRuns } from '../../analysis/runs.js';
import { adamw, gan, reportInput } from '../studies.js';

const inputOf = (runs: readonly StudyRun[]) => reportInput(runs, ['last', 'gap', 'area']);

const finished = [...studyRuns(adamw, [0.5, 0.5, 0.5, 0.5]), ...studyRuns(gan, [0.519, 0.52, 0.521])];
const withOne = [...finished, divergedRun({ config: gan, seed: 4, accuracies: [0.2] })];

describe('divergedSection', () => {
  it('says by each metric that such runs have how they change it', () => {
    const { blocks = [] } = divergedSection(inputOf(withOne)) ?? {};
    const texts = blocks.map((block) => (block.kind === 'paragraph' ? block.text : block.kind));
    expect(texts.slice(1)).toEqual([
      'last with 1 diverged run at the last accuracy (gan seed 4):',
      'list',
      'area with 1 diverged run at the last accuracy (gan seed 4):',
      'list',
    ]);
    // As in the text of the comparison: (1.9 + 2 + 2.1 − 30) / 4.
    expect(blocks[2]).toMatchObject({ items: [expect.stringContaining('gan against adamw: -6.00 points')] });
  });

  it('is left out where no run diverged', () => {
    expect(divergedSection(inputOf(finished))).toBeUndefined();
  });
});

describe('completenessSection', () => {
  it('says that only that comparison counts runs that diverged', () => {
    const textOf = (runs: readonly StudyRun[]) => completenessSection(inputOf(runs)).blocks[0];
    expect(textOf(finished)).toMatchObject({
      text: '1 run of the study is not finished; nothing here counts them.',
    });
    expect(textOf(withOne)).toMatchObject({
      text: '1 run of the study is not finished; only the comparison with those that diverged counts any of them.',
    });
  });
});
