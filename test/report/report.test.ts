import { describe, expect, it } from 'vitest';
import { dynamicsOf } from '../../src/analysis/dynamics.js';
import { stagesIn, WHOLE_OF_GAN } from '../../src/analysis/stages.js';
import { groupRuns, type StudyRun } from '../../src/analysis/groups.js';
import type { LayerCurves } from '../../src/record/layers.js';
import { reportDocument } from '../../src/report/report.js';
import type { ReportInput } from '../../src/report/report-input.js';
import { rowsOf, studyRun, studyRuns } from '../analysis/runs.js';
import { adamw, byHand, gan, reportInput, studies, studiesOfGroups } from './studies.js';

/** What a section says, tables as their rows. */
function sectionOf(input: ReportInput, id: string): unknown[] {
  const section = reportDocument(input).sections.find((each) => each.id === id);
  return (section?.blocks ?? []).map((block) => {
    if (block.kind === 'table') return block.table.rows;
    if (block.kind === 'list') return block.items;
    return block.kind === 'figure' ? block.figure.id : block.text;
  });
}

const idsOf = (input: ReportInput): string[] => reportDocument(input).sections.map(({ id }) => id);

describe('reportDocument', () => {
  it('begins with what there is and the verdict, and leaves out what a study has nothing of', () => {
    const { title, summary, sections } = reportDocument(reportInput(byHand));
    expect([title, summary]).toEqual([
      'toy',
      '2 configurations, all 6 runs finished. Primary outcome: last.',
    ]);
    expect(sections.map(({ id }) => id)).toEqual([
      'verdict',
      'completeness',
      'outcomes',
      'curves',
      'differences',
      'dynamics',
      'speed',
      'provenance',
      'plan',
    ]);
    expect(sections[0]?.blocks[1]).toMatchObject({
      items: [expect.stringContaining('gan against adamw: +2.00 points, 95 % interval [-0.48, +4.48]')],
    });
  });

  it('shows the table that compare prints', () => {
    expect(sectionOf(reportInput(byHand), 'outcomes')).toEqual([
      [
        ['adamw', '3', '50.00 ± 0.00', '', 'baseline'],
        ['gan', '3', '52.00 ± 1.00', '+2.00 [-0.48, +4.48]', 'inconclusive'],
      ],
    ]);
  });

  it('tells what is not finished, and what was passed over', () => {
    const killed = studyRun({ config: gan, seed: 4, outcome: 'killed', accuracies: [0.25] });
    const input = reportInput([...byHand, killed]);
    expect(reportDocument(input).summary).toContain('6 of 8 runs finished');
    const [, rows, notes] = sectionOf({ ...input, remarks: ['other: is no run'] }, 'completeness');
    expect(rows).toEqual([
      ['adamw', '3 of 4', '1, 2, 3', '4 missing'],
      ['gan', '3 of 4', '1, 2, 3', '4 killed'],
    ]);
    expect(notes).toContain('gan: seed 4 killed after 1 epoch at 25.00 %');
    expect(notes).toContain('other: is no run');
  });

  it('is there for a study with one seed, without a verdict and without paired intervals', () => {
    const input = reportInput([...studyRuns(adamw, [0.5]), ...studyRuns(gan, [0.6])]);
    expect(sectionOf(input, 'verdict')[1]).toEqual([
      'gan against adamw: one pair of seeds: no interval and no verdict.',
    ]);
    expect(idsOf(input)).toContain('curves');
  });

  it('tells which of the first epochs reach a target', () => {
    const targets = studies([...byHand, studyRun({ config: gan, seed: 4, accuracy: 0.4 })], {
      metrics: ['epochs-to:0.5'],
    });
    const [, , rows] = sectionOf({ ...reportInput(byHand), targets }, 'targets');
    // Each run ends, in its second epoch, at its accuracy.
    expect(rows).toEqual([
      ['epochs-to:0.5', 'adamw', '2.0', '3 of 3'],
      ['epochs-to:0.5', 'gan', '2.0', '3 of 4'],
    ]);
  });

  it('compares groups that leave a stage of GAN out with the whole', () => {
    const part = { optimizer: { gradient: 'gan', gan: { autoscale: false } } };
    const input = reportInput([...byHand, ...studyRuns(part, [0.5, 0.5, 0.5])]);
    const staged = stagesIn(input.grouping);
    if (staged === undefined) throw new Error('there are stages');
    const [stages] = studiesOfGroups(staged, { baseline: WHOLE_OF_GAN });
    const { labels } = input.primary;
    const [, rows] = sectionOf({ ...input, stages: stages && { ...stages, labels } }, 'stages');
    expect(rows).toEqual([
      ['gan', '3', '52.00 ± 1.00', '', 'baseline'],
      ['gan autoscale=false', '3', '50.00 ± 0.00', '-2.00 [-4.48, +0.48]', 'inconclusive'],
    ]);
    expect(stagesIn(groupRuns(byHand))).toBeUndefined();
  });

  it('shows the plan word for word, or says that there was none', () => {
    const input = reportInput(byHand);
    expect(sectionOf({ ...input, plan: { file: 'PLAN.md', text: '# Plan\n' } }, 'plan')).toEqual([
      expect.stringContaining('PLAN.md, word for word.'),
      '# Plan',
    ]);
    expect(sectionOf(input, 'plan')).toEqual([expect.stringMatching(/^None was given/)]);
  });
});

describe('the section of gradient dynamics', () => {
  /** σ = e^(slope · epoch). */
  const curves = (layer: string, slope: number): LayerCurves => {
    const gradStd = [1, 2, 3].map((epoch) => Math.exp(slope * epoch));
    return { layer, elements: 9, gradStd, updateStd: gradStd };
  };
  const inThreeEpochs = (run: StudyRun): StudyRun => ({ ...run, metrics: rowsOf([0.1, 0.2, 0.3]) });

  it('says in words which way the global std and the layers go', async () => {
    const runs = [...studyRuns(adamw, [0.5, 0.5]), ...studyRuns(gan, [0.5, 0.6])].map(inThreeEpochs);
    const input = reportInput(runs);
    const ofGan = input.grouping.groups[1];
    if (ofGan === undefined) throw new Error('there is no group');
    const dynamics = await dynamicsOf(ofGan, ({ state: { seed } }) =>
      Promise.resolve({
        layers: [curves('stem', seed === 1 ? 0.05 : 0.051), curves('head', -0.01 * seed)],
        global: curves('global', -0.02 * seed),
      }),
    );
    // −0.02 and −0.04: −0.03 ± t(.975, 1) · 0.01 = −0.03 ± 0.127062; stem: 0.0505 ± 12.7062 · 0.0005; head: −0.015 ± 0.0635.
    expect(
      sectionOf({ ...input, dynamics: dynamics === undefined ? [] : [dynamics] }, 'dynamics')[1],
    ).toEqual([
      'gan: the global std falls in 2 of 2 seeds, -3.00 % an epoch, 95 % interval [-15.71, +9.71]. ' +
        'Of 2 layers 1 rise (stem) and 0 fall, each by its 95 % interval.',
    ]);
  });
});
