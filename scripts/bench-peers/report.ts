import type { Spread } from '../../src/bench/measurement.js';
import { spreadOf } from '../../src/bench/measurement.js';
import type { MachineFacts, ProgramFacts } from '../../src/record/environment.js';
import { compare, idleCpuMilliseconds, othersShare, turnMilliseconds } from './compare.js';
import { BASELINE } from './contenders.js';
import type { Record } from './session.js';

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
}

/** The JSON file: every step of every turn, and what the tables show. */
export interface PeersReport extends PeersFacts {
  readonly baseline: string;
  /** Of the machine's processor time in each round: what processes that did not take part had. */
  readonly othersShares: readonly number[];
  readonly contenders: readonly (Record & {
    readonly stepMilliseconds: Spread;
    readonly imagesPerSecond: number;
    /** Of each round: its step time over the baseline's. */
    readonly ratios: readonly number[];
    readonly ratio: Spread;
    readonly peakRssBytes: number;
    readonly idleCpuMilliseconds: number;
  })[];
}

export function reportOf(facts: PeersFacts, records: readonly Record[]): PeersReport {
  const baseline = records.find(({ name }) => name === BASELINE);
  if (baseline === undefined) throw new Error(`${BASELINE} did not take part`);
  const contenders = records.map((record) => {
    const stepMilliseconds = spreadOf(record.turns.map(turnMilliseconds));
    const { ratios, spread } = compare(record.turns, baseline.turns);
    return {
      ...record,
      stepMilliseconds,
      imagesPerSecond: (1000 * facts.batchSize) / stepMilliseconds.median,
      ratios,
      ratio: spread,
      peakRssBytes: record.turns.at(-1)?.peakRssBytes ?? 0,
      idleCpuMilliseconds: idleCpuMilliseconds(record.turns),
    };
  });
  const othersShares = baseline.turns.map((_, round) =>
    othersShare(
      records.flatMap(({ turns }) => turns[round] ?? []),
      facts.machine.cpuCores,
    ),
  );
  return { ...facts, baseline: BASELINE, othersShares, contenders };
}

/** The report for people, in Markdown. */
export function markdownOf(report: PeersReport): string {
  const { model, batchSize, rounds, steps, machine, program, contenders } = report;
  const summary = contenders.map((contender) => [
    contender.name,
    contender.stepMilliseconds.median.toFixed(1),
    contender.imagesPerSecond.toFixed(0),
    contender.ratio.median.toFixed(3),
    `${contender.ratio.lowerQuartile.toFixed(3)}–${contender.ratio.upperQuartile.toFixed(3)}`,
    (contender.peakRssBytes / 2 ** 20).toFixed(0),
    contender.idleCpuMilliseconds.toFixed(0),
    contender.description,
  ]);
  const pairs = Array.from({ length: rounds }, (_, round) => [
    String(round + 1),
    ...contenders.map(({ turns, ratios }) => {
      const turn = turns[round];
      return turn ? `${turnMilliseconds(turn).toFixed(1)} (${(ratios[round] ?? NaN).toFixed(3)})` : '';
    }),
    `${(100 * (report.othersShares[round] ?? NaN)).toFixed(1)} %`,
  ]);
  return [
    `# ${model}, batch ${batchSize}: ${rounds} rounds of ${steps} steps, in turn`,
    '',
    `\`${report.command}\`, ${report.startedAt}, commit ${program.gitCommit ?? 'unknown'}` +
      `${program.gitDirty === true ? ' with changes' : ''}.`,
    `${machine.cpuModel}, ${machine.cpuCores} cores, ${machine.platform} ${machine.release}, Node ${program.node}.`,
    '',
    `A ratio is the contender's step time over that of \`${BASELINE}\` in the same round: above 1, gan-bench is faster.`,
    '',
    ...table(
      [
        ...['contender', 'ms/step', 'images/s', 'ratio, median', 'quartiles', 'peak RSS, MiB'],
        ...['CPU ms while idle', 'library'],
      ],
      summary,
    ),
    '',
    "Milliseconds per step (ratio) of each round; `others` is what other processes had of the machine's processor time:",
    '',
    ...table(['round', ...contenders.map(({ name }) => name), 'others'], pairs),
    '',
  ].join('\n');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
