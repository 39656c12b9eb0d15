import { isLike, isTree, valueAt } from '../config/index.js';
import type { Group, Grouping } from './groups.js';

/** What a group is compared with, or why with nothing. */
export type Match =
  | { readonly group: Group; readonly role: 'baseline' }
  | { readonly group: Group; readonly role: 'compared'; readonly baseline: Group }
  | { readonly group: Group; readonly role: 'alone'; readonly reason: string };

/**
 * Finds the baseline of every group: the group that is like the pattern and else trained alike. It may differ in what the
 * pattern says, and next to that (in another key of `optimizer`, say) in keys that only one of the two has. A group that
 * differs in anything else, such as data, epochs, schedule or precision, is not compared with it: that would not be fair.
 * @param pattern - Part of a configuration, such as `{ optimizer: { gradient: 'none' } }`.
 */
export function matchBaseline(
  { varied, groups }: Grouping,
  pattern: Readonly<Record<string, unknown>>,
): Match[] {
  const baselines = groups.filter(({ config }) => isLike(config, pattern));
  return groups.map((group) => {
    if (baselines.includes(group)) return { group, role: 'baseline' };
    const unfair = baselines.map((baseline) => differingKeys(group, baseline, { varied, pattern }));
    const fair = baselines.filter((_, index) => unfair[index]?.length === 0);
    const [baseline] = fair;
    if (baseline !== undefined && fair.length === 1) return { group, role: 'compared', baseline };
    return { group, role: 'alone', reason: reasonOf(fair, unfair) };
  });
}

function reasonOf(fair: readonly Group[], unfair: readonly (readonly string[])[]): string {
  if (fair.length > 1)
    return `${fair.length} configurations are its baseline; say more of the one that is meant`;
  const [nearest] = unfair.toSorted((a, b) => a.length - b.length);
  return nearest === undefined
    ? 'no run is like the baseline'
    : `the baseline was trained otherwise: ${nearest.join('; ')}`;
}

/** The keys in which two groups may not differ and do, with both values. */
function differingKeys(
  group: Group,
  baseline: Group,
  {
    varied,
    pattern,
  }: { readonly varied: readonly string[]; readonly pattern: Readonly<Record<string, unknown>> },
): string[] {
  return varied.flatMap((key) => {
    const [ours, theirs] = [group.settings.get(key), baseline.settings.get(key)];
    if (ours === theirs || isPinned(pattern, key)) return [];
    const [part = ''] = key.split('.');
    const isOfMethod = Object.hasOwn(pattern, part) || part === 'plugins';
    const isOptional = isOfMethod && (ours === undefined || theirs === undefined);
    return isOptional ? [] : [`${key} ${theirs ?? 'not set'}, here ${ours ?? 'not set'}`];
  });
}

/** Whether the pattern says what a key is. */
function isPinned(pattern: Readonly<Record<string, unknown>>, key: string): boolean {
  const value = valueAt(pattern, key.split('.'));
  return value !== undefined && !isTree(value);
}
