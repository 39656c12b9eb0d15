import { join } from 'node:path';

import type { RunConfig } from '../../src/config/index.js';
import { SweepFileSchema } from '../../src/sweep/definition.js';
import type { MemberState } from '../../src/sweep/state.js';
import type { Member, Sweep } from '../../src/sweep/sweep.js';
import { runConfig } from '../support/runs.js';

/** A member of a sweep in this folder, as its file would make it. */
export function memberOf(directory: string, name: string, seed: number, changes: object = {}): Member {
  const config: RunConfig = runConfig({ name, seeds: [seed], output: directory, epochs: 3, ...changes });
  return { name, seed, config, directory: join(directory, name, `seed-${seed}`), settings: [] };
}

/** A sweep of such members. */
export function sweepOf(
  directory: string,
  members: readonly Member[],
  { retries = 1 }: { readonly retries?: number } = {},
): Sweep {
  const definition = SweepFileSchema.parse({ base: {}, retries });
  return { file: 'sweep.yaml', name: 'sweep', directory, definition, members };
}

/** How a member stands that nothing is known of but this. */
export function stateOf(member: Member, changes: Partial<MemberState> = {}): MemberState {
  return {
    ...{ member, standing: 'waiting', run: undefined, failures: 0, holder: undefined, problems: [] },
    ...changes,
  };
}
