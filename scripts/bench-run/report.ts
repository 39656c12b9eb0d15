import { spreadOf } from '../../src/bench/measurement.js';
import type { Spread } from '../../src/bench/measurement.js';
import type { EpochMark } from './observed-run.js';
import { OPTIMIZERS } from './pair.js';
import type { OptimizerWord, Pair } from './pair.js';

/** One measurement of each optimizer, taken one after the other. */
export type Round = Readonly<Record<OptimizerWord, Pair>>;

/** A ratio of each round, and their spread. */
export interface Ratios {
  readonly what: string;
  readonly ratios: readonly number[];
  readonly spread: Spread;
}

export function ratiosOf(rounds: readonly Round[]): Ratios[] {
  const ratio = (what: string, of: (round: Round) => number): Ratios => {
    const ratios = rounds.map(of);
    return { what, ratios, spread: spreadOf(ratios) };
  };
  return [
    ...OPTIMIZERS.flatMap((optimizer) => [
      ratio(`${optimizer}: epoch / (steps × full step)`, (round) => overhead(round[optimizer])),
      ratio(`${optimizer}: epoch / (steps × bare step)`, (round) => bareOverhead(round[optimizer])),
    ]),
    // Without a gradient transform these phases are statistics and packing alone: statistics cost no more than this.
    ratio('adamw: (transform + statistics) / full step', ({ adamw }) => statisticsShare(adamw)),
    ratio('gan / adamw, epoch', ({ gan, adamw }) => gan.epochMilliseconds / adamw.epochMilliseconds),
    ratio('gan / adamw, full step', ({ gan, adamw }) => gan.stepMilliseconds / adamw.stepMilliseconds),
  ];
}

function overhead({ epochMilliseconds, stepsPerEpoch, stepMilliseconds }: Pair): number {
  return epochMilliseconds / (stepsPerEpoch * stepMilliseconds);
}

function bareOverhead({ epochMilliseconds, stepsPerEpoch, bareStepMilliseconds }: Pair): number {
  return epochMilliseconds / (stepsPerEpoch * bareStepMilliseconds);
}

function statisticsShare({ statisticsMilliseconds, stepMilliseconds }: Pair): number {
  return statisticsMilliseconds / stepMilliseconds;
}

/** How the memory of a run grew from its second epoch, when everything has been allocated once, to its last. */
export interface Growth {
  readonly fromEpoch: number;
  readonly toEpoch: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

/** @throws RangeError for a run of fewer than two epochs */
export function growthOf(marks: readonly EpochMark[]): Growth {
  const [second, last] = [marks[1], marks.at(-1)];
  if (second === undefined || last === undefined) throw new RangeError('growth starts at epoch 2');
  return {
    fromEpoch: second.epoch,
    toEpoch: last.epoch,
    rssBytes: last.rssBytes - second.rssBytes,
    peakRssBytes: last.peakRssBytes - second.peakRssBytes,
  };
}

/** For people. */
export function describe(rounds: readonly Round[], marks: readonly EpochMark[]): string {
  const growth = growthOf(marks);
  const mebibytes = (bytes: number) =>
    `${bytes < 0 ? '−' : '+'}${(Math.abs(bytes) / 2 ** 20).toFixed(1)} MiB`;
  return [
    ...rounds.flatMap((round, index) =>
      OPTIMIZERS.map((optimizer) => {
        const pair = round[optimizer];
        return (
          `round ${index + 1}, ${optimizer}: epoch of ${pair.stepsPerEpoch} steps ${pair.epochMilliseconds.toFixed(0)} ms, ` +
          `full step ${pair.stepMilliseconds.toFixed(1)} ms, bare ${pair.bareStepMilliseconds.toFixed(1)} ms, ` +
          `others ${(100 * pair.othersShare).toFixed(1)} %`
        );
      }),
    ),
    '',
    'medians of the ratios (quartiles):',
    ...ratiosOf(rounds).map(
      ({ what, spread: { lowerQuartile, median, upperQuartile } }) =>
        `  ${what}: ${median.toFixed(3)} (${lowerQuartile.toFixed(3)}–${upperQuartile.toFixed(3)})`,
    ),
    '',
    `memory from epoch ${growth.fromEpoch} to ${growth.toEpoch}: ` +
      `held ${mebibytes(growth.rssBytes)}, peak ${mebibytes(growth.peakRssBytes)}`,
  ].join('\n');
}
