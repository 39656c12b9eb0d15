import type { Dynamics } from '../analysis/dynamics.js';
import type { Grouping } from '../analysis/groups.js';
import type { Study } from '../analysis/study.js';

/** All that a report says, before it is put in words. */
export interface ReportInput {
  /** Of the sweep, or of the folders. */
  readonly name: string;
  readonly grouping: Grouping;
  /** By the primary outcome. */
  readonly primary: Study;
  /** By other outcomes, which decide nothing. */
  readonly secondary: readonly Study[];
  readonly stability: readonly Study[];
  /** By epochs until an accuracy, one for each that is told of. */
  readonly targets: readonly Study[];
  /** GAN's stages against the whole of it; undefined where none is left out in any group. */
  readonly stages: Study | undefined;
  readonly dynamics: readonly Dynamics[];
  /** What makes the runs and this report again. */
  readonly commands: readonly string[];
  /** What was passed over, and what else is to be known of the runs. */
  readonly remarks: readonly string[];
  /** The plan of the analysis, word for word; undefined where there is none. */
  readonly plan: { readonly file: string; readonly text: string } | undefined;
}
