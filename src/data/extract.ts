import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { Parser, type ReadEntry, Unpack } from 'tar';
import { messageOf, systemCode, UserError } from '../errors.js';
import { printable } from '../support/text.js';
import { type Archive, type DatasetFormat, recordBytes } from './formats.js';
import { ioError } from './io.js';
import { parseTarGz, TarRefusal } from './tar-gz.js';

/** Bytes that a text beside the records may have; the official ones are below 1 kB. */
const TEXT_LIMIT = 64 * 1024;
/** Bytes that headers and padding may add to the contents. */
const OVERHEAD_LIMIT = 1024 * 1024;
const FILE_TYPES: readonly string[] = ['File', 'OldFile', 'ContiguousFile'];

export interface ExtractOptions {
  readonly format: DatasetFormat;
  readonly archive: Archive;
  /** The .tar.gz file. */
  readonly path: string;
  /** A folder that does not exist yet. */
  readonly into: string;
  /** Entries written. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Extracts the files that the format names, none larger than expected, from an archive that holds only the data set's
 * folder. Small files beside them (an editor's backup, say) are left out. The whole archive is looked through before
 * the first byte is written.
 * @throws {UserError} `data` when an entry is refused or the archive is damaged, `io` when it cannot be written.
 */
export async function extractArchive(options: ExtractOptions): Promise<void> {
  const { path, into, onProgress } = options;
  const limits = entryLimits(options);
  const limit = [...limits.values()].reduce((sum, bytes) => sum + bytes, OVERHEAD_LIMIT);
  let done = 0;
  onProgress?.(done, limits.size);
  await inspect(path, limits, limit);
  try {
    await mkdir(into);
    const unpack = new Unpack({
      cwd: into,
      strict: true,
      preserveOwner: false,
      filter: (entry) => limits.has(entry),
      onReadEntry: (entry) => {
        // Whatever the archive says, its files must be readable, and removable, like any other.
        entry.mode = entry.type === 'Directory' ? 0o755 : 0o644;
        onProgress?.(++done, limits.size);
      },
    });
    await Promise.all([once(unpack, 'close'), parseTarGz(path, unpack, limit)]);
  } catch (error) {
    if (systemCode(error)?.startsWith('TAR_') === true) throw damaged(path, error);
    throw ioError(into, error);
  }
}

/** The paths that the archive may hold, each with the largest size it may have. */
function entryLimits({ format, archive }: ExtractOptions): ReadonlyMap<string, number> {
  return new Map([
    [`${format.folder}/`, 0],
    ...format.files.map(
      (file) => [`${format.folder}/${file.name}`, file.records * recordBytes(format)] as const,
    ),
    ...archive.texts.map((name) => [`${format.folder}/${name}`, TEXT_LIMIT] as const),
  ]);
}

/** Looks at every entry without writing anything. */
async function inspect(path: string, limits: ReadonlyMap<string, number>, limit: number): Promise<void> {
  const seen = new Set<string>();
  const parser = new Parser({ strict: true, filter: () => false });
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    const objection = objectionTo(entry, limits, seen);
    if (objection !== undefined) parser.emit('error', new TarRefusal(objection));
  });
  try {
    await parseTarGz(path, parser, limit);
  } catch (error) {
    if (error instanceof TarRefusal) throw refused(path, error.message);
    throw damaged(path, error);
  }
}

/** Why an entry may not be extracted; undefined when it may. */
function objectionTo(
  entry: ReadEntry,
  limits: ReadonlyMap<string, number>,
  seen: Set<string>,
): string | undefined {
  const name = `"${printable(entry.path)}"`;
  const limit = limits.get(entry.path) ?? (isBesideRecords(entry.path, limits) ? TEXT_LIMIT : undefined);
  if (entry.path.startsWith('/') || entry.path.split(/[/\\]/).includes('..'))
    return `the entry ${name} would leave the folder`;
  const isFolder = entry.path.endsWith('/');
  if (entry.type !== 'Directory' && !FILE_TYPES.includes(entry.type))
    return `the entry ${name} is of the type ${entry.type}; only plain files are allowed`;
  if (limit === undefined || isFolder !== (entry.type === 'Directory'))
    return `the entry ${name} is not part of the data set`;
  if (entry.size > limit) return `the entry ${name} has ${entry.size} bytes, at most ${limit} are expected`;
  if (seen.has(entry.path)) return `the entry ${name} is there twice`;
  seen.add(entry.path);
  return undefined;
}

/** Whether a path is that of a file directly in the data set's folder. */
function isBesideRecords(path: string, limits: ReadonlyMap<string, number>): boolean {
  return limits.has(path.slice(0, path.lastIndexOf('/') + 1)) && !path.endsWith('/');
}

function refused(path: string, objection: string): UserError {
  return new UserError('data', `${path}: archive refused, nothing was extracted: ${objection}`);
}

function damaged(path: string, error: unknown): UserError {
  return new UserError('data', `${path}: not a readable .tar.gz archive (${messageOf(error)})`, {
    cause: error,
  });
}
