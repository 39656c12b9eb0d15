const LENGTH = 10;

/** Such as `[===-------]`. @param share - From 0 to 1. */
export function barOf(share: number): string {
  const done = Math.round(LENGTH * Math.min(1, Math.max(0, share)));
  return `[${'='.repeat(done)}${'-'.repeat(LENGTH - done)}]`;
}
