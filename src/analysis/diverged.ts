import { epochsOf } from '../record/epochs.js';
import type { Group, Grouping, StudyRun } from './groups.js';

/**
 * The same groups with the runs that diverged among the finished ones: each stays until its last epoch at what it was
 * after the last that it completed. One that completed none has nothing to stay at, and remains absent. The rule is ours.
 * @returns undefined where there is no such run
 */
export function withDiverged({ varied, groups }: Grouping): Grouping | undefined {
  if (groups.every(({ diverged }) => diverged.length === 0)) return undefined;
  return { varied, groups: groups.map(withHeld) };
}

function withHeld(group: Group): Group {
  const seeds = new Set(group.diverged.map(({ state }) => state.seed));
  return {
    ...group,
    runs: [...group.runs, ...group.diverged.map(held)].sort((a, b) => a.state.seed - b.state.seed),
    absent: group.absent.filter(({ seed }) => !seeds.has(seed)),
    diverged: [],
  };
}

function held(run: StudyRun): StudyRun {
  const { config, metrics } = run;
  const last = metrics.at(-1);
  if (last === undefined) return run;
  const missing = Math.max((epochsOf(config, metrics) ?? 0) - metrics.length, 0);
  const rest = Array.from({ length: missing }, (_, index) => ({ ...last, epoch: last.epoch + index + 1 }));
  return { ...run, metrics: [...metrics, ...rest] };
}
