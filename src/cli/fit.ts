/** A part of a line, and how dear it is: of a line that is too long, the parts with the smallest number go first. */
export type Part = readonly [worth: number, text: string];

/** The parts in a line of at most so many columns, two spaces between them; the dearest is always there. */
export function fitLine(parts: readonly Part[], columns = Infinity): string {
  const kept = parts.filter(([, text]) => text !== '');
  for (;;) {
    const line = kept.map(([, text]) => text).join('  ');
    if (line.length <= columns || kept.length <= 1) return line;
    const least = Math.min(...kept.map(([worth]) => worth));
    kept.splice(
      kept.findLastIndex(([worth]) => worth === least),
      1,
    );
  }
}
