import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonText } from '../../src/report/comparison-text.js';
import { divergedRun, studyRun, studyRuns } from '../analysis/runs.js';
import { adamw, byHand, gan, studies, vgg } from './studies.js';

const textOf = (...args: Parameters<typeof studies>): string => comparisonText(studies(...args)).join('\n');
/** Sentences wherever their lines are broken. */
const proseOf = (...args: Parameters<typeof studies>): string => textOf(...args).replace(/\s+/g, ' ');

describe('comparisonText', () => {
  it('prints a row a configuration and a sentence a contrast', () => {
    expect(textOf(byHand)).toBe(
      [
        'last: Test accuracy after the last epoch. Mean ± std over seeds, in %; higher is',
        'better.',
        '',
        'configuration  n  mean ± std, %     difference [95 %]       verdict',
        'adamw          3   50.00 ± 0.00                            baseline',
        'gan            3   52.00 ± 1.00  +2.00 [-0.48, +4.48]  inconclusive',
        '',
        '- gan against adamw: +2.00 points, 95 % interval [-0.48, +4.48], n = 3 pairs.',
        '  Inconclusive: no difference is shown (p = 0.074 by the paired t, after Holm),',
        '  nor that there is none: the margin of ±0.5 points is not kept for sure. To',
        '  tell a difference of 0.5 points takes about 34 seeds (power 0.8, a rough guess',
        '  from 3 pairs).',
      ].join('\n'),
    );
  });

  it('mirrors when the baseline is the other one', () => {
    expect(textOf(byHand, { baseline: gan })).toContain('-2.00 [-4.48, +0.48]  inconclusive');
  });

  it.each([
    // d̄ = 2, s_d = 0.1: far from 0; in the second within 3 points.
    [[0.519, 0.52, 0.521], 0.005, 'Better (p < 0.001 by the paired t, after Holm).'],
    [[0.481, 0.48, 0.479], 0.005, 'Worse (p < 0.001 by the paired t, after Holm).'],
    [
      [0.519, 0.52, 0.521],
      0.03,
      'The difference is small: its 90 % interval lies within the margin of ±3 points.',
    ],
    // d̄ = 0, s_d = 0.1: ± 2.91999 · 0.1 / √3.
    [
      [0.501, 0.5, 0.499],
      0.005,
      'Equivalent: the 90 % interval [-0.17, +0.17] lies within the margin of ±0.5 points.',
    ],
  ])('says of %j with margin %d: %s', (accuracies, margin, sentence) => {
    const runs = [...studyRuns(adamw, [0.5, 0.5, 0.5]), ...studyRuns(gan, accuracies)];
    expect(proseOf(runs, { margin })).toContain(sentence);
  });

  it('gives no interval and no verdict of one seed', () => {
    const text = textOf([...studyRuns(adamw, [0.5]), ...studyRuns(gan, [0.53])]);
    expect(text).toMatch(/gan +1 +53\.00 +\+3\.00 +none/);
    expect(text).toContain('gan against adamw: one pair of seeds: no interval and no verdict.');
    expect(text).not.toMatch(/\[[+-]/);
  });

  it('says that the best epoch is chosen on the test images, and gives no verdict', () => {
    const text = proseOf(byHand, { metrics: ['best'] });
    expect(text).toContain('It is chosen on the test images, and so decides nothing. No verdict is given.');
    expect(text).toContain('No verdict: best is chosen on the test images (p = 0.074');
  });

  it('counts and names seeds that are missing, running or failed, and runs that count for nothing', () => {
    const text = proseOf([
      ...byHand,
      studyRun({ config: gan, seed: 4, outcome: 'failed', reason: 'the loss is NaN', accuracy: 0.25 }),
      studyRun({ config: gan, seed: 5, outcome: 'running' }),
      studyRun({ config: gan, seed: 1, folder: 'twice' }),
    ]);
    expect(text).toContain('gan 3/5 ');
    expect(text).toContain('adamw: seeds 4, 5 missing, which others have.');
    expect(text).toContain('gan: seed 4 failed after 2 epochs at 25.00 %: the loss is NaN');
    expect(text).toContain('gan: seed 5 running after 2 epochs at 50.00 %');
    expect(text).toContain('gan: seed 1 is there twice; twice/seed-1 is not counted.');
  });

  it('names together the seeds that one folder has once more', () => {
    const again = [1, 2].map((seed) => studyRun({ config: gan, seed, folder: 'z/gan' }));
    const text = proseOf([...byHand, ...again, studyRun({ config: gan, seed: 3, folder: 'z/other' })]);
    expect(text).toContain('gan: seeds 1, 2 are there twice; those in z/gan are not counted.');
    expect(text).toContain('gan: seed 3 is there twice; z/other/seed-3 is not counted.');
  });

  it('says of a run that has epochs and no manifest what it lacks', () => {
    const bare = studyRun({ config: gan, seed: 3, outcome: 'not-started', accuracy: 0.25 });
    const text = proseOf([...byHand.slice(0, -1), bare]);
    expect(text).toContain('gan: seed 3 without manifest.json after 2 epochs at 25.00 %');
  });

  it('names what cannot be compared, with the reason', () => {
    const other = { dataset: { name: 'cifar100-mini', checksums: { 'train.bin': 'bbb' } } };
    const text = proseOf([
      ...byHand.slice(0, -1),
      studyRun({ config: gan, seed: 3, accuracy: 0.53, manifest: other }),
      studyRun({ config: { ...gan, epochs: 3 }, seed: 1 }),
    ]);
    expect(text).toContain('n = 2 pairs');
    expect(text).toContain('seed 3 is not compared with its pair: other images in train.bin.');
    expect(text).toContain(
      'gan epochs=3: not compared: the baseline was trained otherwise: epochs 2, here 3.',
    );
  });

  it('pools the same contrast over architectures', () => {
    const text = textOf([
      ...byHand,
      ...studyRuns({ ...adamw, ...vgg }, [0.5, 0.5, 0.5]),
      ...studyRuns({ ...gan, ...vgg }, [0.51, 0.52, 0.53]),
    ]);
    // SE = 1 / √6, ν = 4: 2 ± 2.776445 / √6, t = 4.899, p = 0.008.
    expect(text).toMatch(/pooled +gan +6 +\+2\.00 \[\+0\.87, \+3\.13\] +better/);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'gan against adamw, pooled over resnet20, vgg16bn, taken as fixed: +2.00 points, 95 % interval ' +
        '[+0.87, +3.13]. Better (p = 0.008 by the paired t, after Holm).',
    );
  });

  it('counts how many reached a target', () => {
    const runs = [...studyRuns(adamw, [0.5, 0.5]), ...studyRuns(gan, [0.7, 0.5])];
    const text = proseOf(runs, { metrics: ['epochs-to:0.6'] });
    expect(text).toContain('gan: 1 of 2 seeds reached the target of epochs-to:0.6, median ∞.');
    expect(text).toContain('epochs-to:0.6 was not reached by every seed: no interval and no verdict.');
  });

  it('says how the runs that diverged change it', () => {
    const runs = [
      ...studyRuns(adamw, [0.5, 0.5, 0.5, 0.5]),
      // d̄ = 2, s_d = 0.1 without seed 4; with it (1.9 + 2 + 2.1 − 30) / 4 = −6 and s_d = 16.
      ...studyRuns(gan, [0.519, 0.52, 0.521]),
      divergedRun({ config: gan, seed: 4, accuracies: [0.2] }),
    ];
    const text = proseOf(runs, { metrics: ['last', 'noise'] });
    expect(text).toContain('gan 3/4 52.00 ± 0.10 +2.00 [+1.75, +2.25] better');
    // ± 3.182446 · 16.0002 / 2.
    expect(text).toContain(
      'last with 1 diverged run at the last accuracy (gan seed 4): ' +
        '- gan against adamw: -6.00 points, 95 % interval [-31.46, +19.46], n = 4 pairs: inconclusive, without them better.',
    );
    expect(text).not.toContain('noise with');
    expect(text).toContain('gan: seed 4 diverged after 1 epoch at 20.00 %: the loss is NaN');
  });

  it('says where a run that diverged has no accuracy, or no pair', () => {
    const first = divergedRun({ config: gan, seed: 3, accuracies: [] });
    const none = proseOf([...byHand.slice(0, -1), first]);
    expect(none).toContain('gan: seed 3 diverged in its first epoch, and has no accuracy to count: the loss');
    expect(none).not.toContain('with 1 diverged run');
    const alone = proseOf([...byHand, divergedRun({ config: gan, seed: 9, accuracies: [0.2] })]);
    expect(alone).toContain('(gan seed 9): - No contrast has them.');
  });

  it('gives of several metrics the sentences of the first, the tables of all, and each note once', () => {
    const runs = [...byHand.slice(0, -1), studyRun({ config: gan, seed: 3, outcome: 'running' })];
    const text = textOf(runs, { metrics: ['last', 'gap', 'epochs-to:0.6'] });
    expect(text.match(/^\w[^ ]*: .*/gm)).toEqual([
      'last: Test accuracy after the last epoch. Mean ± std over seeds, in %; higher is',
      'gap: Train − test accuracy of the last epoch. Training images are augmented, and',
      'epochs-to:0.6: Epochs until the test accuracy is first at the target; ∞ when it',
    ]);
    expect(text.match(/^- gan against adamw/gm)).toHaveLength(1);
    expect(text).toContain('Decide by last, the first metric; the others describe.');
    expect(text.match(/seed 3 running/g)).toHaveLength(1);
    expect(text.match(/0 of 2 seeds reached/g)).toHaveLength(1);
  });

  it('keeps to 80 columns, whatever varies', () => {
    const setting = fc.record({
      model: fc.constantFrom('resnet110', 'vgg19bn'),
      gradient: fc.constantFrom('none', 'gan', 'zscore'),
      learningRate: fc.constantFrom(0.001, 0.000123456),
      weightDecay: fc.constantFrom(0.0005, 0.000123456),
      accuracies: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(setting, { minLength: 2, maxLength: 6 }), (settings) => {
        const runs = settings.flatMap(({ model, accuracies, ...optimizer }) =>
          studyRuns({ model, optimizer }, accuracies),
        );
        for (const line of comparisonText(studies(runs, { metrics: ['last', 'noise'] })))
          expect(line.length).toBeLessThanOrEqual(80);
      }),
      { numRuns: 50 },
    );
  });
});
