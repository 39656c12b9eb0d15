import type { Spread } from '../../src/bench/measurement.js';
import { table } from '../support/markdown.js';
import { turnMilliseconds } from './compare.js';
import type { Disturbance } from './disturber.js';
import type { Entry, PeersReport } from './report.js';

/** The report for people, in Markdown. */
export function markdownOf(report: PeersReport): string {
  const { model, batchSize, rounds, steps, machine, program } = report;
  return [
    `# ${model}, batch ${batchSize}: ${rounds} rounds of ${steps} steps, in turn`,
    '',
    ...headlines(report),
    `\`${report.command}\`, ${report.startedAt}, commit ${program.gitCommit ?? 'unknown'}` +
      `${program.gitDirty === true ? ' with changes' : ''}.`,
    `${machine.cpuModel}, ${machine.cpuCores} cores, ${machine.platform} ${machine.release}, Node ${program.node}.`,
    '',
    "A ratio is the contender's step time over that of its baseline, gan-bench with AdamW in the same precision, in the",
    'same round: above 1, gan-bench is faster.',
    '',
    ...summaryTable(report),
    '',
    ...disturbedTable(report),
    "Milliseconds per step (ratio) of each round; `others` is what other processes had of the machine's processor time:",
    '',
    ...roundsTable(report),
    '',
  ].join('\n');
}

/** The peer's best variant in each precision, and our gain by bfloat16. */
function headlines({ contenders, bestPeers, speedUp }: PeersReport): string[] {
  const best = contenders.filter(({ name }) => bestPeers.includes(name));
  return [
    ...best.map(
      ({ name, precision, baseline, ratio }) =>
        `- The peer's best variant in ${precision}: \`${name}\`, ${withQuartiles(ratio)} × the step time of ` +
        `\`${baseline}\`.`,
    ),
    ...(speedUp === null
      ? []
      : [`- \`${speedUp.of}\` is ${withQuartiles(speedUp.spread)} × as fast as \`${speedUp.over}\`.`]),
    ...(best.length > 0 || speedUp !== null ? [''] : []),
  ];
}

function summaryTable({ contenders }: PeersReport): string[] {
  return table(
    [
      ...['contender', 'ms/step', 'images/s', 'ratio, median', 'quartiles', 'baseline', 'peak RSS, MiB'],
      ...['huge pages, MiB', 'page faults a step', 'CPU ms while idle', 'library'],
    ],
    contenders.map((contender) => [
      contender.name,
      contender.stepMilliseconds.median.toFixed(1),
      contender.imagesPerSecond.toFixed(0),
      contender.ratio.median.toFixed(3),
      quartiles(contender.ratio),
      contender.baseline,
      mebibytes(contender.peakRssBytes),
      contender.hugePageBytes === null ? '' : mebibytes(contender.hugePageBytes),
      contender.pageFaultsPerStep.median.toFixed(0),
      contender.idleCpuMilliseconds.toFixed(0),
      contender.description,
    ]),
  );
}

/** What each contender loses; nothing where no round was disturbed. */
function disturbedTable({ contenders, disturb }: PeersReport): string[] {
  if (disturb === null) return [];
  return [
    `Every other round was disturbed: a process of ours took ${TAKEN[disturb]}. Slower by it is the step time in the disturbed`,
    'round over that in the round before; the table above is of the others.',
    '',
    ...table(
      ['contender', 'ms/step', 'slower by it', 'ratio, disturbed'],
      contenders.flatMap(({ name, disturbed }) =>
        disturbed === null
          ? []
          : [
              [
                name,
                disturbed.stepMilliseconds.median.toFixed(1),
                withQuartiles(disturbed.slowdown),
                withQuartiles(disturbed.ratio),
              ],
            ],
      ),
    ),
    '',
  ];
}

const TAKEN: Readonly<globalThis.Record<Disturbance, string>> = {
  bandwidth: 'memory bandwidth and half a core',
  cache: 'the last-level cache and half a core',
  core: 'half a core',
};

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function roundsTable({ contenders, speedUp, othersShares }: PeersReport): string[] {
  const speedUpHead = speedUp === null ? [] : ['gain by bfloat16'];
  return table(
    ['round', ...contenders.map(({ name }) => name), ...speedUpHead, 'others'],
    othersShares.map((share, round) => [
      String(round + 1),
      ...contenders.map((contender) => pairCell(contender, round)),
      ...(speedUp === null ? [] : [(speedUp.ratios[round] ?? NaN).toFixed(3)]),
      `${(100 * share).toFixed(1)} %`,
    ]),
  );
}

function pairCell({ turns, ratios }: Entry, round: number): string {
  const turn = turns[round];
  return turn ? `${turnMilliseconds(turn).toFixed(1)} (${(ratios[round] ?? NaN).toFixed(3)})` : '';
}

function withQuartiles(ratio: Spread): string {
  return `${ratio.median.toFixed(3)} (${quartiles(ratio)})`;
}

function quartiles({ lowerQuartile, upperQuartile }: Spread): string {
  return `${lowerQuartile.toFixed(3)}–${upperQuartile.toFixed(3)}`;
}
