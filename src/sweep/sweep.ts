import type { RunConfig } from '../config/index.js';
import type { SweepDefinition } from './definition.js';

/** One key that a member sets differently from the sweep's base: its path, and the value as the file gives it. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** One run of a sweep: a resolved configuration and one seed. */
export interface Member {
  /** Names its folder after what varies, such as `gan-lr3e-4`. Members that differ in the seed alone share it. */
  readonly name: string;
  readonly seed: number;
  /** With this member's `name`, `seeds: [seed]` and the sweep's folder as `output`: what `gan-bench run` would take. */
  readonly config: RunConfig;
  /** The run's folder: `<output>/<sweep>/<name>/seed-<seed>`. */
  readonly directory: string;
  readonly settings: readonly Setting[];
}

/** A sweep file with its members. */
export interface Sweep {
  /** The file, as the user named it. */
  readonly file: string;
  readonly name: string;
  /** The folder of its members: `<output>/<sweep>`. */
  readonly directory: string;
  readonly definition: SweepDefinition;
  /** In the order of the file: grid × zip, then cases, each with its seeds in turn. No two of them are one experiment. */
  readonly members: readonly Member[];
}

/** Tells a member apart in its sweep, for people and in files: `gan-lr3e-4/seed-42`. */
export function memberKey({ name, seed }: Pick<Member, 'name' | 'seed'>): string {
  return `${name}/seed-${seed}`;
}
