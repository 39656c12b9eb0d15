import { rollup } from 'd3-array';
import type { StudyRun } from './groups.js';
import { processorOf } from './speed.js';

/** A fact of how runs were made, and how many of them have it. */
export interface Origin {
  readonly what: string;
  readonly value: string;
  readonly runs: number;
}

type Manifest = NonNullable<StudyRun['manifest']>;

const facts: readonly (readonly [string, (manifest: Manifest) => readonly string[]])[] = [
  [
    'program',
    ({ program }) => [
      `gan-bench ${program.version}, commit ${program.gitCommit ?? 'unknown'}${program.gitDirty === true ? ', with uncommitted changes' : ''}`,
    ],
  ],
  ['engine', ({ engine }) => [`${engine.backend}: ${engine.library}`]],
  ['Node', ({ program }) => [program.node]],
  ['processor', ({ machine }) => [`${processorOf(machine)}, ${machine.platform} ${machine.arch}`]],
  [
    'data',
    ({ dataset }) =>
      Object.entries(dataset.checksums).map(
        ([file, checksum]) => `${dataset.name}/${file}, SHA-256 ${checksum}`,
      ),
  ],
];

/** What the finished runs were made with and of, in the words of their manifests; each value once. */
export function provenanceOf(runs: readonly StudyRun[]): Origin[] {
  const manifests = runs.flatMap(({ manifest }) => manifest ?? []);
  const known = facts.flatMap(([what, of]) =>
    [
      ...rollup(
        manifests.flatMap(of),
        (same) => same.length,
        (value) => value,
      ),
    ]
      .sort(([first], [second]) => (first < second ? -1 : 1))
      .map(([value, number]) => ({ what, value, runs: number })),
  );
  const unknown = runs.length - manifests.length;
  return unknown === 0 ? known : [...known, { what: 'unknown', value: 'no manifest', runs: unknown }];
}
