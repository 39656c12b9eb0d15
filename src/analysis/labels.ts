import type { Group, Grouping } from './groups.js';

/** How a group is told from the others, for people. */
export interface GroupLabel {
  /** The architecture, where it varies. */
  readonly architecture: string | undefined;
  /** What else tells it apart, in as few keys as will do: `gan`, `gan learningRate=0.001`; empty where nothing does. */
  readonly settings: string;
}

const MODEL = 'model';
/** A stage of gan is named where it is left out. */
const STAGE = 'optimizer.gan.';
/** Their values are one word: `adamw`, `zscore`, `gan`, and with another base `gan+sgd`. */
const OPTIMIZER = ['optimizer.gradient', 'optimizer.base'];

/** A label for each group. No two are the same. */
export function labelGroups({ varied, groups }: Grouping): ReadonlyMap<Group, GroupLabel> {
  const keys = tellingKeys(varied, groups);
  const namesOptimizer = OPTIMIZER.some((key) => keys.includes(key));
  const namesBase = keys.includes('optimizer.base');
  const others = keys.filter((key) => !OPTIMIZER.includes(key));
  const label = (group: Group): GroupLabel => ({
    architecture: varied.includes(MODEL) ? group.config.model : undefined,
    settings: [
      ...(namesOptimizer ? [optimizerWord(group, namesBase)] : []),
      ...others.flatMap((key) => setting(key, group.settings.get(key), others)),
    ].join(' '),
  });
  return new Map(groups.map((group) => [group, label(group)]));
}

/** Of the keys that vary those that are needed: many follow from others, such as the switches of a transform from it. */
function tellingKeys(varied: readonly string[], groups: readonly Group[]): string[] {
  const candidates = [
    ...OPTIMIZER.filter((key) => varied.includes(key)),
    ...varied.filter((key) => key !== MODEL && !OPTIMIZER.includes(key)),
  ];
  const kinds = (keys: readonly string[]): number =>
    new Set(groups.map(({ settings }) => JSON.stringify(keys.map((key) => settings.get(key) ?? '')))).size;
  const kept = varied.includes(MODEL) ? [MODEL] : [];
  for (const key of candidates) if (kinds([...kept, key]) > kinds(kept)) kept.push(key);
  return kept.filter((key) => key !== MODEL);
}

function optimizerWord({ config }: Group, namesBase: boolean): string {
  const { gradient, base } = config.optimizer;
  if (gradient === 'none') return base;
  return namesBase ? `${gradient}+${base}` : gradient;
}

function setting(key: string, value: string | undefined, keys: readonly string[]): string[] {
  if (value === undefined || (key.startsWith(STAGE) && value === 'true')) return [];
  const word = lastWord(key);
  const isAlone = keys.filter((other) => lastWord(other) === word).length === 1;
  return [`${isAlone ? word : key}=${valueInWords(value)}`];
}

/** A setting's value without the quotes that JSON puts around a text. */
export function valueInWords(json: string): string {
  return json.replace(/^"(.*)"$/, '$1');
}

function lastWord(key: string): string {
  return key.split('.').at(-1) ?? key;
}
