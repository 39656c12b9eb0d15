import type { Judged } from '../analysis/comparison.js';
import type { Study } from '../analysis/study.js';
import type { Verdict } from '../analysis/verdict.js';
import { count } from '../support/text.js';
import { contrastInWords, estimateInWords, groupInWords, pooledInWords } from './sentences.js';

/** How a comparison turns out with the runs that diverged. */
export interface DivergedInWords {
  /** Which are counted, and how. */
  readonly headline: string;
  /** A sentence for each contrast that they change. */
  readonly sentences: readonly string[];
}

/** Tells how the runs that diverged change what is said of a study; undefined where none can be counted. */
export function divergedInWords(study: Study): DivergedInWords | undefined {
  const { withDiverged, metric } = study;
  if (withDiverged === undefined) return undefined;
  const runs = study.rows.flatMap(({ match: { group } }) =>
    group.diverged.map(({ state }) => `${groupInWords(study, group)} seed ${state.seed}`),
  );
  const before = new Map(contrastsOf(study).map((contrast) => [contrast.who, contrast]));
  const sentences = contrastsOf(withDiverged).flatMap((contrast) => {
    const without = before.get(contrast.who);
    return isSame(contrast, without) ? [] : [sentenceOf(withDiverged, contrast, without)];
  });
  return {
    headline: `${metric.name} with ${count(runs.length, 'diverged run')} at the last accuracy (${runs.join(', ')}):`,
    sentences: sentences.length === 0 ? ['No contrast has them.'] : sentences,
  };
}

/** A contrast of an architecture or a pooled one, alike. */
interface Told {
  readonly who: string;
  readonly pairs: number;
  readonly estimate: Judged | undefined;
  readonly verdict: Verdict | undefined;
}

function contrastsOf(study: Study): Told[] {
  const single = study.rows.flatMap(({ match, contrast }) =>
    match.role === 'compared' && contrast !== undefined
      ? [
          {
            who: contrastInWords(study, match.group, match.baseline),
            pairs: contrast.pairs.length,
            estimate: contrast.paired,
            verdict: contrast.verdict,
          },
        ]
      : [],
  );
  const pooled = study.pooled.map((each) => ({
    who: pooledInWords(study, each),
    pairs: each.rows.reduce((sum, { contrast }) => sum + (contrast?.pairs.length ?? 0), 0),
    estimate: each.estimate,
    verdict: each.verdict,
  }));
  return [...single, ...pooled];
}

function isSame(contrast: Told, without: Told | undefined): boolean {
  return contrast.pairs === without?.pairs && contrast.verdict === without.verdict;
}

function sentenceOf(
  study: Study,
  { who, pairs, estimate, verdict }: Told,
  without: Told | undefined,
): string {
  const n = `n = ${count(pairs, 'pair')}`;
  const found = estimate === undefined ? `${n}, no interval` : `${estimateInWords(study, estimate)}, ${n}`;
  const change =
    verdict === without?.verdict
      ? 'as without them'
      : `without them ${without?.verdict ?? 'there is no verdict'}`;
  return `${who}: ${found}: ${verdict ?? 'no verdict'}, ${change}.`;
}
