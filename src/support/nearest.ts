/**
 * The candidate that a word most likely stands for, or undefined when none is near: one that is spelt much alike, else
 * one whose initials it is (`lr`, learningRate), else one that begins or ends with it or the other way round
 * (`warmup`, warmupEpochs). Case and punctuation are ignored, so that `learning_rate` finds `learningRate`.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = letters(word);
  return (
    speltAlike(typed, candidates) ??
    candidates.find((candidate) => initials(candidate) === typed) ??
    candidates.find((candidate) => isPart(typed, letters(candidate), 'startsWith')) ??
    candidates.find((candidate) => isPart(typed, letters(candidate), 'endsWith'))
  );
}

/** `; did you mean "learningRate"?`, to end a message about a word; empty when no candidate is near. */
export function hintFor(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

function speltAlike(typed: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const meant = letters(candidate);
    const distance = editDistance(typed, meant);
    if (distance < bestDistance && distance <= Math.max(typed.length, meant.length) / 3) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A word less case and punctuation. */
export function letters(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** `wd` of `weightDecay`; of a single word there is nothing to tell by. */
function initials(candidate: string): string | undefined {
  const words = candidate.split(/[^A-Za-z0-9]+|(?=[A-Z])/).filter((word) => word !== '');
  return words.length < 2 ? undefined : words.map((word) => word.charAt(0).toLowerCase()).join('');
}

/** Whether the shorter of two words begins or ends the longer; two letters are too few to tell by. */
function isPart(a: string, b: string, side: 'startsWith' | 'endsWith'): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 3 && long[side](short);
}

/**
 * How many insertions, deletions, replacements and swaps of neighbours turn one word into the other
 * (optimal string alignment; Damerau 1964). Words longer than 64 characters are cut: no key is that long.
 */
function editDistance(from: string, to: string): number {
  const [a, b] = [from.slice(0, 64), to.slice(0, 64)];
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
