import type { ComparisonRow, Contrast, Judged } from '../analysis/comparison.js';
import type { Group } from '../analysis/groups.js';
import type { PooledContrast } from '../analysis/pooling.js';
import type { Study } from '../analysis/study.js';
import { SIGNIFICANCE, type Verdict } from '../analysis/verdict.js';
import { count } from '../support/text.js';
import { Numbers, pInWords } from './numbers.js';

/** A group in words: `resnet20 gan`. */
export function groupInWords({ labels }: Pick<Study, 'labels'>, group: Group): string {
  const label = labels.get(group);
  const words = [label?.architecture, label?.settings].filter((word) => word !== undefined && word !== '');
  return words.length === 0 ? group.config.name : words.join(' ');
}

/** What a study answers: a sentence a contrast, then a pooled one. */
export function verdictSentences(study: Study): string[] {
  return [
    ...study.rows.flatMap((row) => contrastSentence(study, row) ?? []),
    ...study.pooled.map((pooled) => pooledSentence(study, pooled)),
  ];
}

/** `gan against adamw`. */
export function contrastInWords(study: Pick<Study, 'labels'>, group: Group, baseline: Group): string {
  return `${groupInWords(study, group)} against ${groupInWords(study, baseline)}`;
}

/** What a contrast says; undefined of a row that has none. */
function contrastSentence(study: Study, { match, contrast }: ComparisonRow): string | undefined {
  if (match.role !== 'compared' || contrast === undefined) return undefined;
  const who = contrastInWords(study, match.group, match.baseline);
  const { paired, pairs } = contrast;
  if (paired === undefined) return `${who}: ${whyNoInterval(study, contrast)}: no interval and no verdict.`;
  return [
    `${who}: ${estimateInWords(study, paired)}, n = ${count(pairs.length, 'pair')}.`,
    verdictInWords(study, { ...contrast, estimate: paired }),
    needInWords(study, contrast),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** What a contrast says that is pooled over architectures. */
function pooledSentence(study: Study, pooled: PooledContrast): string {
  const models = pooled.rows.map((row) => row.match.group.config.model);
  return [
    `${pooledInWords(study, pooled)} over ${models.join(', ')}, taken as fixed:`,
    `${estimateInWords(study, pooled.estimate)}.`,
    verdictInWords(study, pooled),
  ].join(' ');
}

/** `gan against adamw, pooled`. */
export function pooledInWords({ labels }: Pick<Study, 'labels'>, { rows: [first] }: PooledContrast): string {
  const match = first?.match;
  const groups = match?.role === 'compared' ? [match.group, match.baseline] : [];
  const [ours = '', theirs = ''] = groups.map((group) => labels.get(group)?.settings ?? '');
  return `${ours} against ${theirs}, pooled`;
}

/** `+0.53 points, 95 % interval [+0.10, +0.96]`. */
export function estimateInWords({ metric }: Study, { value, interval95 }: Judged): string {
  const numbers = new Numbers(metric);
  return `${numbers.differenceInWords(value)}, 95 % interval ${numbers.interval(interval95)}`;
}

function whyNoInterval({ metric }: Study, { pairs }: Contrast): string {
  if (pairs.length === 0) return 'no seed that both have finished';
  if (pairs.length === 1) return 'one pair of seeds';
  const isFinite = pairs.every(({ difference }) => Number.isFinite(difference));
  if (!isFinite) return `${metric.name} was not reached by every seed`;
  return `the differences of ${count(pairs.length, 'pair')} do not vary`;
}

/** What a verdict is given of. */
interface Given extends Pick<Contrast, 'adjustedPValue' | 'equivalencePValue'> {
  readonly estimate: Judged;
  readonly verdict: Verdict | undefined;
}

function verdictInWords(study: Study, given: Given): string {
  const { metric, margin } = study;
  const p = `${pInWords(given.adjustedPValue ?? given.estimate.pValue)} by the paired t, after Holm`;
  if (given.verdict === undefined) return `No verdict: ${metric.name} is chosen on the test images (${p}).`;
  const numbers = new Numbers(metric);
  const within = margin === undefined ? '' : `the margin of ±${numbers.margin(margin)}`;
  if (given.verdict === 'equivalent') {
    return `Equivalent: the 90 % interval ${numbers.interval(given.estimate.interval90)} lies within ${within}.`;
  }
  if (given.verdict === 'inconclusive') {
    const declared = margin === undefined ? 'no margin is declared' : `${within} is not kept for sure`;
    return `Inconclusive: no difference is shown (${p}), nor that there is none: ${declared}.`;
  }
  const isSmall = given.equivalencePValue !== undefined && given.equivalencePValue < SIGNIFICANCE;
  const size = isSmall ? ` The difference is small: its 90 % interval lies within ${within}.` : '';
  return `${given.verdict === 'better' ? 'Better' : 'Worse'} (${p}).${size}`;
}

function needInWords({ metric, margin }: Study, { pairsNeeded, pairs }: Contrast): string {
  if (margin === undefined) return '';
  const what = `a difference of ${new Numbers(metric).margin(margin)}`;
  if (pairsNeeded === undefined) return `To tell ${what} would take more seeds than anybody trains.`;
  const caution = pairs.length < 5 ? `, a rough guess from ${count(pairs.length, 'pair')}` : '';
  return `To tell ${what} takes about ${count(pairsNeeded, 'seed')} (power 0.8${caution}).`;
}
