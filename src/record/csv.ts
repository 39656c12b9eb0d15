import { createHash } from 'node:crypto';
import { open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createArrayCsvWriter } from 'csv-writer/dist/index.js';
import { UserError } from '../errors.js';
import { printable } from '../support/text.js';
import type { RecordedFile } from '../train/recorded-file.js';
import { readError, writeAtomically, writeError } from './files.js';
import { hashRange, readStart, requireRecorded } from './recorded.js';

/** The shape of one CSV file of a run. */
export interface CsvTable {
  readonly fileName: string;
  readonly columns: readonly string[];
}

/** A field; undefined is written as an empty one. */
export type CsvValue = number | string | undefined;

/**
 * A CSV file that grows with a run. Numbers are written in the shortest form that reads back as the same double,
 * so equal runs give equal bytes.
 */
export class CsvFile {
  readonly path: string;
  readonly #directory: string;
  readonly #table: CsvTable;
  readonly #writer: ReturnType<typeof createArrayCsvWriter>;
  /** SHA-256 of the file's first bytes, as many as were looked at last. */
  #hash = createHash('sha256');
  #hashed = 0;

  constructor(directory: string, table: CsvTable) {
    this.path = join(directory, table.fileName);
    this.#directory = directory;
    this.#table = table;
    this.#writer = createArrayCsvWriter({ path: this.path, append: true });
  }

  /** Its name in the run's folder. */
  get name(): string {
    return this.#table.fileName;
  }

  /**
   * Brings the file to the state it had when it was recorded: what was written later goes, a torn last line with it.
   * Where nothing was recorded it has the header and no rows.
   * @throws UserError `checkpoint` when the file is not of this table, or not as it was recorded; `io`
   */
  async truncateTo(recorded: RecordedFile | undefined): Promise<void> {
    const header = Buffer.from(`${this.#table.columns.join(',')}\n`);
    const size = await this.#requireHeader(header);
    if (recorded === undefined) {
      if (size !== header.length) await writeAtomically(this.path, header);
      return;
    }
    this.#hash = await requireRecorded(this.#directory, recorded);
    this.#hashed = recorded.bytes;
    try {
      if (size > recorded.bytes) await truncate(this.path, recorded.bytes);
    } catch (error) {
      throw writeError(this.path, error);
    }
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

  /**
   * The file as it is now. Only what was added since the last time is read.
   * @throws UserError `io` naming the file
   */
  async record(): Promise<RecordedFile> {
    try {
      const bytes = await hashRange(this.path, this.#hash, { from: this.#hashed });
      if (bytes < this.#hashed) throw new Error('another program has cut it short');
      this.#hashed = bytes;
      return { file: this.name, bytes, sha256: this.#hash.copy().digest('hex') };
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** The file's length, if it begins with the header or as much of it as there is. */
  async #requireHeader(header: Buffer): Promise<number> {
    const { start, size } = await readStart(this.path, header.length).catch((error: unknown) => {
      throw readError(this.path, error);
    });
    if (start.equals(header.subarray(0, start.length))) return size;
    const found = printable(start.toString('utf8').split('\n', 1)[0] ?? '');
    throw new UserError(
      'checkpoint',
      `${this.path}: is not the ${this.name} of this version: it begins with "${found}", expected ` +
        `"${header.toString('utf8').trimEnd()}". Continue with the version that began the run, or start over in another ` +
        'folder (--out).',
    );
  }
}
