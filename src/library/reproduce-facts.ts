import { UserError } from '../errors.js';
import { dataDifference, type Manifest, type RunFacts } from '../record/manifest.js';
import { printable } from '../support/text.js';
import { processorsOf } from './run-resume.js';

/** Something that decides the bytes of a run, as it was and as it is here. */
export interface Fact {
  readonly name: string;
  readonly original: string;
  readonly here: string;
  /** Where it is not, the digits may be others. */
  readonly isSame: boolean;
}

/** What a run is made with; of one that was resumed also what its attempts were made with. */
type MadeWith = Omit<RunFacts, 'seed' | 'commandLine'> & Partial<Pick<Manifest, 'attempts'>>;

const facts: readonly (readonly [name: string, of: (run: MadeWith) => string])[] = [
  ['program', ({ program }) => program.version],
  ['commit', commitOf],
  ['Node', ({ program }) => program.node],
  ['tfjs', ({ program }) => program.tfjs],
  ['backend', ({ engine }) => engine.backend],
  ['library', libraryOf],
  ['precision', ({ engine }) => engine.precision ?? 'float32'],
  ['processor', processorsOf],
  ['system', ({ machine }) => `${machine.platform} ${machine.arch}`],
  ['data', ({ dataset }) => [dataset.name, ...Object.values(dataset.checksums).map(short)].join(' ')],
  ['plug-ins', pluginsOf],
];

/** What decides the bytes of a run, beside what there is here. */
export function compareFacts(original: MadeWith, here: MadeWith): Fact[] {
  return facts.map(([name, of]) => {
    const both = { original: of(original), here: of(here) };
    return { name, ...both, isSame: both.original === both.here && !both.here.includes(CHANGED) };
  });
}

/** What the changes are, nobody knows: two checkouts that have some are not the same. */
const CHANGED = ' with changes';

function commitOf({ program, attempts = [] }: MadeWith): string {
  const commits = [...attempts.map(({ gitCommit }) => gitCommit), program.gitCommit];
  const names = [...new Set(commits.map((commit) => (commit === null ? 'none' : short(commit))))];
  return `${names.join(', ')}${program.gitDirty === true ? CHANGED : ''}`;
}

function libraryOf({ engine, attempts = [] }: MadeWith): string {
  return [...new Set([...attempts.map(({ library }) => library), engine.library])].join(', ');
}

function pluginsOf({ plugins = [] }: MadeWith): string {
  const names = plugins.map(({ name, version, sha256 }) => `${name} ${version} ${short(sha256)}`);
  return names.length === 0 ? 'none' : names.join(', ');
}

/** As much of a checksum or a commit as tells it from others. */
function short(hash: string): string {
  return hash.slice(0, 12);
}

/**
 * Refuses data that are not those of the run: with other images nothing could be the same.
 * @throws UserError `data` naming the file and both checksums
 */
export function requireDataOf(original: MadeWith, here: MadeWith, place: string): void {
  const difference = dataDifference(original, here);
  if (difference === undefined) return;
  throw new UserError(
    'data',
    `${printable(place)}: cannot be reproduced, the data are not those that it was trained on: ${difference}. Put the ` +
      'data of the run there, or name the folder that has them with --data-dir.',
  );
}
