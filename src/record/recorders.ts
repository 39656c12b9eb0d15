import { UserError } from '../errors.js';
import type { TrainEvent } from '../train/events.js';
import type { RecordedFile } from '../train/recorded-file.js';
import { CsvFile } from './csv.js';
import type { TrainListener } from './listener.js';
import { gradientsTable } from './tables/gradients.js';
import { metricsTable } from './tables/metrics.js';
import { withReports } from './tables/reports.js';
import { stepsTable } from './tables/steps.js';
import { fieldsOf, tableOfRuns } from './tables/table.js';
import type { RunTable } from './tables/table.js';

export interface CsvRecorderOptions {
  /** Every how many steps steps.csv gets a row; 0 for no such file. */
  readonly everySteps: number;
  /** Asked before anything is written; throws when the folder is no longer this run's. */
  readonly confirm?: () => Promise<void>;
}

type RunStarted = Extract<TrainEvent, { type: 'run-started' }>;

/** Writes rows, and says what is written so far. */
export interface CsvRecorder extends TrainListener {
  /**
   * The files as they are now, once they are on the disk: what a checkpoint says was on record.
   * @throws UserError `io` naming the file
   */
  readonly records: () => Promise<RecordedFile[]>;
}

/**
 * Writes metrics.csv, gradients.csv and, when asked for, steps.csv. When a run starts they are brought to the state
 * that its checkpoint recorded, so that it ends with the bytes of one that was never interrupted. The rows of an event
 * are on the disk when `on` resolves: a trainer that awaits it before it saves the checkpoint never has a checkpoint
 * ahead of its rows.
 */
export function csvRecorder(
  directory: string,
  { everySteps, confirm = () => Promise.resolve() }: CsvRecorderOptions,
): CsvRecorder {
  let tables: ReturnType<typeof tablesIn> | undefined;
  let files: readonly CsvFile[] = [];
  const syncAll = async (): Promise<void> => {
    await Promise.all(files.map((file) => file.sync()));
  };
  return {
    async on(event) {
      if (event.type === 'run-started') {
        await confirm();
        tables = tablesIn(directory, event, confirm);
        const { metrics, gradients, steps } = tables;
        const recorded = new Map(event.resumedFrom?.records.map((record) => [record.file, record]));
        // Rows of an earlier attempt are kept, even when no more are wanted.
        const hasSteps = everySteps > 0 || recorded.has(steps.file.name);
        files = [metrics.file, gradients.file, ...(hasSteps ? [steps.file] : [])];
        if (event.resumedFrom !== undefined) requireAll(recorded, [metrics.file, gradients.file]);
        for (const file of files) await file.truncateTo(recorded.get(file.name));
      } else if (event.type === 'step') {
        if (event.step % everySteps === 0) await tables?.steps.append([event]);
      } else if (event.type === 'epoch') {
        const { epoch } = event.metrics;
        await tables?.gradients.append(event.layers.map((layer) => ({ ...layer, epoch })));
        await tables?.metrics.append([event.metrics]);
        await syncAll();
      }
    },
    async records() {
      await syncAll();
      return await Promise.all(files.map((file) => file.record()));
    },
  };
}

/** A file of which the checkpoint knows nothing would begin anew in the middle of the run. */
function requireAll(recorded: ReadonlyMap<string, RecordedFile>, files: readonly CsvFile[]): void {
  const unknown = files.find((file) => !recorded.has(file.name));
  if (unknown === undefined) return;
  throw new UserError(
    'checkpoint',
    `${unknown.path}: the checkpoint does not say how far it had grown, so it cannot be continued. ` +
      'Start over in another folder (--out).',
  );
}

/** @param run - What the gradient transform may report, and whether there are validation images: its columns. */
function tablesIn(
  directory: string,
  run: Pick<RunStarted, 'reports' | 'hasValidation'>,
  confirm: () => Promise<void>,
) {
  const { reports } = run;
  return {
    metrics: rowsIn(directory, withReports(tableOfRuns(metricsTable, run), reports), confirm),
    gradients: rowsIn(directory, gradientsTable, confirm),
    steps: rowsIn(directory, withReports(stepsTable, reports), confirm),
  };
}

/** A table's file in a folder, and a way to append rows to it. */
function rowsIn<Row>(directory: string, table: RunTable<Row>, confirm: () => Promise<void>) {
  const file = new CsvFile(directory, table);
  return {
    file,
    async append(rows: readonly Row[]): Promise<void> {
      await confirm();
      await file.append(rows.map((row) => fieldsOf(table, row)));
    },
  };
}
