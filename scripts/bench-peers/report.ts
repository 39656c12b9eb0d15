import type { Spread } from '../../src/bench/measurement.js';
import { spreadOf } from '../../src/bench/measurement.js';
import { PRECISIONS } from '../../src/config/index.js';
import type { MachineFacts, ProgramFacts } from '../../src/record/environment.js';
import type { Precision } from '../../src/tensor/engine.js';
import { compare, idleCpuMilliseconds, othersShare, turnMilliseconds } from './compare.js';
import type { Comparison } from './compare.js';
import { BASELINES, contenderOf } from './contenders.js';
import type { ContenderName } from './contenders.js';
import type { Disturbance } from './disturber.js';
import type { Record, WatchedTurn } from './session.js';

export interface PeersFacts {
  /** The command line that made the report. */
  readonly command: string;
  readonly startedAt: string;
  readonly program: ProgramFacts;
  readonly machine: MachineFacts;
  readonly model: string;
  readonly batchSize: number;
  readonly rounds: number;
  readonly steps: number;
  readonly warmup: number;
  /** What every other round was disturbed by, beginning with the second; null where none was. */
  readonly disturb: Disturbance | null;
}

/** One contender: its turns, and what they come to. */
export interface Entry extends Record<ContenderName> {
  readonly precision: Precision;
  /** Who it is compared with: gan-bench in the same precision, in float32 where that did not take part. */
  readonly baseline: ContenderName;
  /** Of the rounds that nothing of ours disturbed, as all but `disturbed`. */
  readonly stepMilliseconds: Spread;
  readonly imagesPerSecond: number;
  /** Of each round, disturbed or not: its step time over the baseline's. */
  readonly ratios: readonly number[];
  readonly ratio: Spread;
  /** Null where no round was disturbed. */
  readonly disturbed: Disturbed | null;
  readonly peakRssBytes: number;
  /** Pages that the system had to provide, a step. */
  readonly pageFaultsPerStep: Spread;
  /** Anonymous memory in huge pages after the last turn; null where the system does not tell. */
  readonly hugePageBytes: number | null;
  readonly idleCpuMilliseconds: number;
}

/** What a contender loses where it is disturbed. */
export interface Disturbed {
  readonly stepMilliseconds: Spread;
  /** Of each pair of rounds: its step time in the disturbed one over that in the other. */
  readonly slowdown: Spread;
  /** Over the baseline's step time, which is disturbed too. */
  readonly ratio: Spread;
}

/** What gan-bench gains by bfloat16: of each round, its step time in float32 over that in bfloat16. */
export interface SpeedUp extends Comparison {
  readonly of: ContenderName;
  readonly over: ContenderName;
}

/** The JSON file: every step of every turn, and what the tables show. */
export interface PeersReport extends PeersFacts {
  /** Of the machine's processor time in each round: what processes that did not take part had. */
  readonly othersShares: readonly number[];
  readonly contenders: readonly Entry[];
  /** The variant of PyTorch with the lowest median ratio in each precision in which it took part. */
  readonly bestPeers: readonly Entry['name'][];
  /** Null without bfloat16. */
  readonly speedUp: SpeedUp | null;
}

export function reportOf(facts: PeersFacts, records: readonly Record<ContenderName>[]): PeersReport {
  const float32 = find(records, BASELINES.float32);
  if (float32 === undefined) throw new Error(`${BASELINES.float32} did not take part`);
  const contenders = records.map((record) => entryOf(record, records, float32, facts.batchSize));
  const othersShares = float32.turns.map((_, round) =>
    othersShare(
      records.flatMap(({ turns }) => turns[round] ?? []),
      facts.machine.cpuCores,
    ),
  );
  const bestPeers = PRECISIONS.flatMap((precision) => fastestPeer(contenders, precision)?.name ?? []);
  return { ...facts, othersShares, bestPeers, speedUp: speedUpOf(records, float32), contenders };
}

function entryOf(
  record: Record<ContenderName>,
  records: readonly Record<ContenderName>[],
  float32: Record<ContenderName>,
  batchSize: number,
): Entry {
  const { precision } = contenderOf(record.name);
  const baseline = find(records, BASELINES[precision]) ?? float32;
  const quiet = undisturbed(record);
  const stepMilliseconds = spreadOf(quiet.map(turnMilliseconds));
  const last = record.turns.at(-1);
  return {
    ...record,
    precision,
    baseline: baseline.name,
    stepMilliseconds,
    imagesPerSecond: (1000 * batchSize) / stepMilliseconds.median,
    ratios: compare(record.turns, baseline.turns).ratios,
    ratio: compare(quiet, undisturbed(baseline)).spread,
    disturbed: disturbedOf(record, baseline),
    peakRssBytes: last?.peakRssBytes ?? 0,
    pageFaultsPerStep: spreadOf(
      quiet.map(({ pageFaults, milliseconds }) => pageFaults / milliseconds.length),
    ),
    hugePageBytes: last?.hugePageBytes ?? null,
    idleCpuMilliseconds: idleCpuMilliseconds(record.turns),
  };
}

function undisturbed({ turns }: Record): WatchedTurn[] {
  return turns.filter(({ isDisturbed }) => !isDisturbed);
}

function disturbedOf({ turns }: Record, baseline: Record): Disturbed | null {
  const own = turns.filter(({ isDisturbed }) => isDisturbed);
  if (own.length === 0) return null;
  // The turn before each is that of the undisturbed round of its pair.
  const before = turns.filter((_, round) => turns[round + 1]?.isDisturbed === true);
  return {
    stepMilliseconds: spreadOf(own.map(turnMilliseconds)),
    slowdown: compare(own, before).spread,
    ratio: compare(
      own,
      baseline.turns.filter(({ isDisturbed }) => isDisturbed),
    ).spread,
  };
}

function speedUpOf(
  records: readonly Record<ContenderName>[],
  float32: Record<ContenderName>,
): SpeedUp | null {
  const bfloat16 = find(records, BASELINES.bfloat16);
  if (bfloat16 === undefined) return null;
  const { ratios } = compare(float32.turns, bfloat16.turns);
  const { spread } = compare(undisturbed(float32), undisturbed(bfloat16));
  return { of: bfloat16.name, over: float32.name, ratios, spread };
}

function fastestPeer(entries: readonly Entry[], precision: Precision): Entry | undefined {
  const peers = entries.filter(
    (entry) => entry.precision === precision && contenderOf(entry.name).needs === 'torch',
  );
  return peers.toSorted((a, b) => a.ratio.median - b.ratio.median).at(0);
}

function find<Named extends { readonly name: string }>(
  all: readonly Named[],
  wanted: string,
): Named | undefined {
  return all.find(({ name }) => name === wanted);
}
