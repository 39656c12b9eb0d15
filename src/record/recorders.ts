import type { ReportSpec } from '../train/events.js';
import { CsvFile, type RunProgress } from './csv.js';
import type { TrainListener } from './listener.js';
import { gradientsTable } from './tables/gradients.js';
import { metricsTable } from './tables/metrics.js';
import { withReports } from './tables/reports.js';
import { stepsTable } from './tables/steps.js';
import { fieldsOf } from './tables/table.js';
import type { RunTable } from './tables/table.js';

export interface CsvRecorderOptions {
  /** Every how many steps steps.csv gets a row; 0 for no such file. */
  readonly everySteps: number;
}

/**
 * Brings the CSV files of a run folder to the state they had at `progress`, creating those that are missing, so that
 * a resumed run ends with the bytes of one that was never interrupted.
 * @param reports what the run's gradient transform may report: its columns
 * @throws UserError `checkpoint` when a file does not belong to this run; `io`
 */
export async function truncateTo(
  directory: string,
  progress: RunProgress,
  options: CsvRecorderOptions,
  reports: readonly ReportSpec[] = [],
): Promise<void> {
  const { metrics, gradients, steps } = filesIn(directory, options, reports);
  for (const rows of [metrics, gradients, steps]) await rows?.file.truncateTo(progress);
}

/**
 * Writes metrics.csv, gradients.csv and, when asked for, steps.csv. The rows of an event are on the disk when `on`
 * resolves: a trainer that awaits it before it saves the checkpoint never has a checkpoint ahead of its rows.
 */
export function csvRecorder(directory: string, options: CsvRecorderOptions): TrainListener {
  let files: ReturnType<typeof filesIn> | undefined;
  return {
    async on(event) {
      if (event.type === 'run-started') {
        await truncateTo(directory, event.resumedFrom ?? { epoch: 0, step: 0 }, options, event.reports);
        files = filesIn(directory, options, event.reports);
      } else if (event.type === 'step') {
        if (event.step % options.everySteps === 0) await files?.steps?.append([event]);
      } else if (event.type === 'epoch') {
        const { epoch } = event.metrics;
        await files?.gradients.append(event.layers.map((layer) => ({ ...layer, epoch })));
        await files?.metrics.append([event.metrics]);
        await Promise.all([
          files?.gradients.file.sync(),
          files?.metrics.file.sync(),
          files?.steps?.file.sync(),
        ]);
      }
    },
  };
}

function filesIn(directory: string, { everySteps }: CsvRecorderOptions, reports: readonly ReportSpec[]) {
  return {
    metrics: rowsIn(directory, withReports(metricsTable, reports)),
    gradients: rowsIn(directory, gradientsTable),
    steps: everySteps > 0 ? rowsIn(directory, withReports(stepsTable, reports)) : undefined,
  };
}

/** A table's file in a folder, and a way to append rows to it. */
function rowsIn<Row>(directory: string, table: RunTable<Row>) {
  const file = new CsvFile(directory, table);
  return {
    file,
    append: (rows: readonly Row[]): Promise<void> => file.append(rows.map((row) => fieldsOf(table, row))),
  };
}
