import { stat } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';
import { type DatasetFormat, type DatasetName, DATASETS, recordsOf, type SplitName } from './formats.js';
import { datasetDirectory } from './paths.js';
import { classLabels, coarseLabels, describeLabels, readRecords } from './records.js';

/** How SHA-256 compares with the official one, which may not be known here. */
export type Comparison = 'official' | 'different' | 'not compared';

/** One record file whose size is right. */
export interface FileReport {
  readonly name: string;
  readonly bytes: number;
  readonly records: number;
  readonly sha256: string;
  readonly comparison: Comparison;
}

/** What was found in the folder of a data set. */
export interface VerificationReport {
  readonly name: DatasetName;
  readonly directory: string;
  /** Whether the folder exists. */
  readonly found: boolean;
  /** Whether there are no problems. Files that differ from the official ones are none: they may be somebody's own. */
  readonly ok: boolean;
  /** `official` when every file is, `different` when one is. */
  readonly comparison: Comparison;
  readonly files: readonly FileReport[];
  /** Images of each class, by class id. */
  readonly classCounts: Readonly<Record<SplitName, readonly number[]>>;
  /** One sentence each, naming the file, what was found and what was expected. */
  readonly problems: readonly string[];
}

/** Checks the files of a data set: sizes, label ranges, coarse labels, images of each class, checksums. */
export async function verifyDataset(name: DatasetName, root: string): Promise<VerificationReport> {
  return verifyFormat(DATASETS[name], datasetDirectory(name, root));
}

/** As {@link verifyDataset}, for any format and the folder that holds its files. */
export async function verifyFormat(format: DatasetFormat, directory: string): Promise<VerificationReport> {
  const found = await stat(directory).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const problems: string[] = found ? [] : ['the folder does not exist'];
  const files: FileReport[] = [];
  const counts: Record<SplitName, number[]> = {
    train: new Array<number>(format.classes).fill(0),
    test: new Array<number>(format.classes).fill(0),
  };
  const coarseOf = new Map<number, number>();
  for (const file of found ? format.files : []) {
    const { name, split } = file;
    try {
      const { bytes, sha256 } = await readRecords(format, directory, file);
      const labels = classLabels(format, bytes);
      const comparison = compare(sha256, file.sha256);
      files.push({ name, bytes: bytes.length, records: labels.length, sha256, comparison });
      for (const label of labels)
        if (label < format.classes) counts[split][label] = (counts[split][label] ?? 0) + 1;
      const wrong = [
        describeLabels('class', labels, format.classes),
        ...coarseProblems(format, labels, coarseLabels(format, bytes), coarseOf),
      ];
      problems.push(...wrong.filter((text) => text !== undefined).map((text) => `${name}: ${text}`));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(messageOf(error));
    }
  }
  // Wrong counts only repeat what a missing file or a wrong label has already said.
  if (problems.length === 0) problems.push(...countProblems(format, counts));
  const ok = problems.length === 0;
  const comparison = compareAll(format, files);
  return { name: format.name, directory, found, ok, comparison, files, classCounts: counts, problems };
}

function compare(found: string, official: string | undefined): Comparison {
  if (official === undefined) return 'not compared';
  return found === official ? 'official' : 'different';
}

function compareAll(format: DatasetFormat, files: readonly FileReport[]): Comparison {
  if (files.some(({ comparison }) => comparison === 'different')) return 'different';
  const official = files.filter(({ comparison }) => comparison === 'official');
  return official.length === format.files.length ? 'official' : 'not compared';
}

/** Coarse labels must be in range, and every class must lie in one coarse class only. */
function coarseProblems(
  format: DatasetFormat,
  labels: Uint8Array,
  coarse: Uint8Array | undefined,
  coarseOf: Map<number, number>,
): (string | undefined)[] {
  if (coarse === undefined || format.coarseClasses === undefined) return [];
  const outOfRange = describeLabels('coarse', coarse, format.coarseClasses);
  if (outOfRange !== undefined) return [outOfRange];
  for (const [record, label] of labels.entries()) {
    const given = coarse[record] ?? 0;
    const known = coarseOf.get(label);
    if (known === undefined) coarseOf.set(label, given);
    else if (known !== given)
      return [`record ${record} puts class ${label} into coarse class ${given}, others into ${known}`];
  }
  return [];
}

function countProblems(format: DatasetFormat, counts: Record<SplitName, readonly number[]>): string[] {
  const splits = ['train', 'test'] as const;
  return splits.flatMap((split) => {
    const expected = recordsOf(format, split) / format.classes;
    const wrong = counts[split].flatMap((count, label) =>
      count === expected ? [] : [`class ${label} has ${count}`],
    );
    if (wrong.length === 0) return [];
    const named = wrong.slice(0, 5).join(', ') + (wrong.length > 5 ? ', ...' : '');
    return [
      `${split}: ${wrong.length} of ${format.classes} classes do not have ${expected} images each: ${named}`,
    ];
  });
}
