import type { StudyRun } from './groups.js';

/** How two runs were made otherwise, beyond their configurations. */
export interface Unfairness {
  /** The data are others: the two are not compared. */
  readonly refused: readonly string[];
  /** The numbers may differ in their last digits, or for what was changed in between: compared, and said. */
  readonly marked: readonly string[];
}

/**
 * Whether two runs may be compared by the way they were made. The rule, ours: images with other checksums refuse a pair;
 * another backend, library, version or commit of the program, uncommitted changes, and for times another processor, mark
 * it. Of a run without a manifest nothing is known, and that is marked.
 */
export function unfairnessOf(a: StudyRun, b: StudyRun, { ofTime }: { readonly ofTime: boolean }): Unfairness {
  const [first, second] = [a.manifest, b.manifest];
  if (first === undefined || second === undefined) return { refused: [], marked: ['a run has no manifest'] };
  const differences = (facts: readonly (readonly [string, unknown, unknown])[]): string[] =>
    facts.flatMap(([what, ours, theirs]) =>
      ours === theirs ? [] : [`${what}: ${String(ours)} and ${String(theirs)}`],
    );
  const dirty = first.program.gitDirty === true || second.program.gitDirty === true;
  return {
    refused: checksumsDiffer(first.dataset.checksums, second.dataset.checksums),
    marked: [
      ...differences([
        ['backend', first.engine.backend, second.engine.backend],
        ['library', first.engine.library, second.engine.library],
        ['version of the program', first.program.version, second.program.version],
        ['commit', first.program.gitCommit, second.program.gitCommit],
      ]),
      ...(dirty ? ['uncommitted changes of the program'] : []),
      ...(ofTime ? differences([['processor', first.machine.cpuModel, second.machine.cpuModel]]) : []),
    ],
  };
}

function checksumsDiffer(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] {
  const files = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...files].filter((file) => a[file] !== b[file]).map((file) => `other images in ${file}`);
}
