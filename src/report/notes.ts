import { dirname } from 'node:path';
import { group as groupBy } from 'd3-array';
import type { ComparisonRow } from '../analysis/comparison.js';
import type { AbsentSeed, Group } from '../analysis/groups.js';
import { holdsOut } from '../analysis/held-out.js';
import type { Study } from '../analysis/study.js';
import { summarizeTimes } from '../analysis/time-to-target.js';
import { count, percent, printable } from '../support/text.js';
import { Numbers } from './numbers.js';
import { groupInWords } from './sentences.js';

/** What is missing, was left out or is to be borne in mind, a line each; nothing is left out in silence. */
export function notesOf(study: Study): string[] {
  return [
    ...study.rows.flatMap((row) => rowNotes(study, row)),
    ...study.pooled.flatMap(({ leftOut }) =>
      leftOut.map(({ match }) => `${groupInWords(study, match.group)} has no interval, and is not pooled.`),
    ),
  ];
}

function rowNotes(study: Study, row: ComparisonRow): string[] {
  const { match, contrast } = row;
  const { group } = match;
  const notes = [
    ...(match.role === 'alone' ? [`not compared: ${match.reason}.`] : []),
    ...absentNotes(group.absent),
    ...duplicateNotes(group.duplicates),
    ...valueNotes(study, row),
    ...(contrast?.refused ?? []).map(
      ({ seed, reasons }) => `seed ${seed} is not compared with its pair: ${reasons.join('; ')}.`,
    ),
    ...(contrast?.marked ?? []).map((mark) => `differs from its baseline, or may: ${mark}.`),
  ];
  return notes.map((note) => printable(`${groupInWords(study, group)}: ${note}`, Infinity));
}

/** A study that is there twice has all its runs twice: those that lie in the same folder are named together. */
function duplicateNotes(duplicates: Group['duplicates']): string[] {
  const byFolder = groupBy(duplicates, ({ state }) => dirname(state.directory));
  return [...byFolder].map(([folder, runs]) => {
    const [first, ...more] = runs;
    if (first !== undefined && more.length === 0)
      return `seed ${first.state.seed} is there twice; ${printable(first.state.directory)} is not counted.`;
    return `${seedsInWords(runs.map(({ state }) => state.seed))} are there twice; those in ${printable(folder)} are not counted.`;
  });
}

/** Those of which nothing more is known than how they stand are named together. */
function absentNotes(absent: Group['absent']): string[] {
  const plain = absent.filter(({ reason, epochs }) => reason === undefined && epochs === 0);
  const outcomes = [...new Set(plain.map(({ outcome }) => outcome))];
  return [
    ...outcomes.map((outcome) => {
      const seeds = plain.filter((each) => each.outcome === outcome).map(({ seed }) => seed);
      return `${seedsInWords(seeds)} ${inWords(outcome)}.`;
    }),
    ...absent
      .filter((each) => !plain.includes(each))
      .map(({ seed, outcome, reason, epochs, lastTestAccuracy }) => {
        const after = epochs === 0 ? withoutEpochs(outcome) : ` after ${count(epochs, 'epoch')}`;
        const at = lastTestAccuracy === undefined ? '' : ` at ${percent(lastTestAccuracy, 2)}`;
        return `seed ${seed} ${epochs === 0 ? inWords(outcome) : withEpochs(outcome)}${after}${at}${reason === undefined ? '' : `: ${reason}`}`;
      }),
  ];
}

function seedsInWords(seeds: readonly number[]): string {
  return `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
}

function withoutEpochs(outcome: AbsentSeed['outcome']): string {
  return outcome === 'diverged' ? ' in its first epoch, and has no accuracy to count' : '';
}

/** What has epochs has begun: a run is not told to have without its manifest. */
function withEpochs(outcome: AbsentSeed['outcome']): string {
  return outcome === 'not-started' ? 'without manifest.json' : inWords(outcome);
}

function inWords(outcome: AbsentSeed['outcome']): string {
  if (outcome === 'not-started') return 'not started';
  return outcome === 'missing' ? 'missing, which others have' : outcome;
}

function valueNotes({ metric }: Study, { match, values }: ComparisonRow): string[] {
  const without = match.group.runs.map(({ state }) => state.seed).filter((seed) => !values.has(seed));
  const hasNone = metric.needsValidation === true && !holdsOut(match.group.config);
  const why = hasNone ? 'no validation images' : 'too few epochs';
  const withoutValue = `${why} for ${metric.name}: ${seedsInWords(without)}.`;
  const times = summarizeTimes([...values.values()]);
  const isReached = times === undefined || times.reached === times.seeds;
  const numbers = new Numbers(metric);
  return [
    ...(without.length === 0 ? [] : [withoutValue]),
    ...(isReached
      ? []
      : [
          `${times.reached} of ${times.seeds} seeds reached the target of ${metric.name}, median ${numbers.value(times.median)}.`,
        ]),
  ];
}
