import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fingerprintOf, type Watched } from '../record/fingerprint.js';
import { everySecond } from '../report/live/follow.js';
import { startLiveReport, type ReportFiles } from '../report/live/live-report.js';
import { packageFolder } from '../support/package.js';
import { printable } from '../support/text.js';
import { frozenFile } from '../sweep/frozen.js';
import { output } from './output.js';
import { sweepAt } from '../library/places.js';

/** What is served, and where. */
export interface Served {
  /** Sweep files, folders of sweeps and of runs. */
  readonly places: readonly string[];
  /** Another file that the report is made of: with its folder, or its name beside the runs of each place. */
  readonly plan: { readonly file: string } | { readonly name: string };
  /** Makes the report of what is there now. */
  readonly build: () => Promise<ReportFiles>;
  /** 0 for any that is free. */
  readonly port: number;
}

/**
 * Serves a report and brings it up to date while runs go on, until the process is ended. There may be no runs yet.
 * @throws UserError where a place is not there, a sweep file is wrong or the port cannot be had
 */
export async function serveReport({ places, plan, build, port }: Served): Promise<void> {
  const watched = await watchedAt(places, plan);
  const script = await readFile(join(packageFolder(), 'src', 'report', 'live', 'client.js'), 'utf8');
  const fingerprints = everySecond(() => fingerprintOf(watched));
  const { address, ended } = await startLiveReport(
    { fingerprints, build },
    {
      port,
      script,
      onFailure: (why) => {
        output.tell(`note: the report is not up to date: ${printable(why, Infinity)}`);
      },
    },
  );
  output.print(`the report: ${address}  (Ctrl-C ends it)`);
  await ended;
}

/** The folder of a sweep need not be there yet. */
async function watchedAt(places: readonly string[], plan: Served['plan']): Promise<Watched> {
  const folders: string[] = [];
  const files = 'file' in plan ? [plan.file] : [];
  for (const place of places) {
    const sweep = await sweepAt(place);
    const folder = sweep?.directory ?? place;
    folders.push(folder);
    if ('name' in plan) files.push(join(folder, plan.name));
    if (sweep !== undefined) files.push(place, frozenFile(folder));
  }
  return { folders, files };
}
