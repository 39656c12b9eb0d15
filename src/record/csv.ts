import { open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createArrayCsvWriter } from 'csv-writer/dist/index.js';
import { UserError } from '../errors.js';
import { readTextIfPresent, writeAtomically, writeError } from './files.js';

/** How far a run has got: completed epochs, and optimizer steps done. */
export interface RunProgress {
  readonly epoch: number;
  readonly step: number;
}

/** The shape of one CSV file of a run. */
export interface CsvTable {
  readonly fileName: string;
  readonly columns: readonly string[];
  /** The column that places a row in the run: what a resume cuts the table at. */
  readonly placedBy: 'epoch' | 'step';
}

/** A field; undefined is written as an empty one. */
export type CsvValue = number | string | undefined;

/**
 * A CSV file that grows with a run. Numbers are written in the shortest form that reads back as the same double,
 * so equal runs give equal bytes.
 */
export class CsvFile {
  readonly path: string;
  readonly #table: CsvTable;
  readonly #writer: ReturnType<typeof createArrayCsvWriter>;

  constructor(directory: string, table: CsvTable) {
    this.path = join(directory, table.fileName);
    this.#table = table;
    this.#writer = createArrayCsvWriter({ path: this.path, append: true });
  }

  /**
   * Brings the file to the state it had at `progress`: later rows and a torn last line go, a missing file gets its
   * header. The file is replaced in one step, and only when something changes.
   * @throws UserError `checkpoint` when the file is not of this table or lacks rows of the epochs before; `io`
   */
  async truncateTo(progress: RunProgress): Promise<void> {
    const content = await readTextIfPresent(this.path);
    const kept = keptContent(content ?? '', this.#table, progress, this.path);
    if (content !== undefined) this.#requireCompleteEpochs(kept, progress);
    if (kept !== content) await writeAtomically(this.path, kept);
  }

  /**
   * Appends rows in one write; when that fails what was written of them is taken back.
   * @throws UserError `io` naming the file
   */
  async append(rows: readonly (readonly CsvValue[])[]): Promise<void> {
    try {
      const { size } = await stat(this.path);
      try {
        await this.#writer.writeRecords(rows);
      } catch (error) {
        await truncate(this.path, size).catch(() => undefined);
        throw error;
      }
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /**
   * Waits until the rows are on the disk: a checkpoint that outlives a power cut must not be ahead of its rows, and
   * network folders report a full disk only here.
   * @throws UserError `io` naming the file
   */
  async sync(): Promise<void> {
    try {
      const handle = await open(this.path, 'r+');
      await handle.sync().finally(() => handle.close());
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  #requireCompleteEpochs(kept: string, progress: RunProgress): void {
    if (this.#table.placedBy !== 'epoch') return;
    const last = kept.split('\n').at(-2) ?? '';
    const epoch = Number(last.split(',')[0]);
    const lastEpoch = Number.isNaN(epoch) ? 0 : epoch;
    if (lastEpoch === progress.epoch) return;
    throw new UserError(
      'checkpoint',
      `${this.path}: its rows end with epoch ${lastEpoch}, but the checkpoint was made after epoch ${progress.epoch}; ` +
        'a resumed run would have a hole. Put the file back as it was, remove the checkpoints that are newer than ' +
        'its last row, or start over in another folder (--out).',
    );
  }
}

/** The header line and the rows up to `progress` of a table's text, which may end in the middle of a line. */
function keptContent(content: string, table: CsvTable, progress: RunProgress, path: string): string {
  const header = `${table.columns.join(',')}\n`;
  if (header.startsWith(content)) return header;
  if (!content.startsWith(header)) {
    const found = (content.split('\n', 1)[0] ?? '').slice(0, 200);
    throw new UserError(
      'checkpoint',
      `${path}: is not the ${table.fileName} of this version: its first line is "${found}", expected ` +
        `"${header.trimEnd()}". Continue with the version that began the run, or start over in another folder (--out).`,
    );
  }
  const column = table.columns.indexOf(table.placedBy);
  const lines = content.slice(header.length).split('\n').slice(0, -1);
  const kept = lines.filter((line, index) => {
    const place = line.split(',')[column] ?? '';
    if (!/^\d+$/.test(place)) {
      throw new UserError(
        'checkpoint',
        `${path}: line ${index + 2} is damaged: its ${table.placedBy} is "${place.slice(0, 40)}", expected a whole ` +
          'number. Put the file back as it was, or start over in another folder (--out).',
      );
    }
    return Number(place) <= progress[table.placedBy];
  });
  return header + kept.map((line) => `${line}\n`).join('');
}
