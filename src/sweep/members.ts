import { join } from 'node:path';
import {
  CIRCUMSTANCES,
  experimentKey,
  isTree,
  resolveSources,
  valueAt,
  type Finding,
  type Problem,
  type RunConfig,
  type Shelf,
  type Source,
} from '../config/index.js';
import { runDirectory } from '../record/directory.js';
import { combinationCount } from './axes.js';
import type { Parts } from './parts.js';
import type { Member } from './sweep.js';
import { variantsOf, type Variant } from './variants.js';

/** The most members that a sweep may have. */
const MOST_MEMBERS = 10_000;

/** What members are made of; each part is right by itself. */
export interface Ingredients {
  readonly file: Source;
  /** The name of the sweep. */
  readonly name: string;
  readonly parts: Parts;
  /** The file's own seeds and output, then what the command line lays over every member. */
  readonly over: readonly Source[];
  /** The plug-ins that all of them name. */
  readonly shelf: Shelf;
}

/** The members of a sweep and their folder; with findings there are none. */
export interface Made {
  readonly directory: string;
  readonly members: readonly Member[];
  readonly findings: readonly Finding[];
}

/** Makes the members of a sweep, in the order of the file. */
export function makeMembers({ file, name, parts, over, shelf }: Ingredients): Made {
  const wanted = combinationCount(parts.axes) + parts.cases.length;
  if (wanted > MOST_MEMBERS) return failed([tooMany(file, `${wanted} configurations`)]);
  const { variants, findings } = variantsOf(file, parts);
  if (findings.length > 0) return failed(findings);
  const place = { label: file.label, within: 'base' };
  const resolved = variants.map((variant) => ({
    variant,
    ...resolveSources([...parts.base, ...variant.layers, ...over], place, name, shelf),
  }));
  const contradictions = resolved.flatMap(({ variant, findings: found }) =>
    found.map((finding) => ({ variant, finding })),
  );
  if (contradictions.length > 0) return failed(onceEach(contradictions));
  const configurations = resolved.flatMap(({ variant, config }) =>
    config === undefined ? [] : [{ variant, config }],
  );
  const doubles = twins(file, configurations);
  if (doubles.length > 0) return failed(doubles);
  const directory = join(configurations[0]?.config.output ?? '', name);
  const members = configurations.flatMap((one) => membersOf(one, directory));
  if (members.length > MOST_MEMBERS) return failed([tooMany(file, `${members.length} members`)]);
  return { directory, members, findings: [] };
}

function failed(findings: readonly Finding[]): Made {
  return { directory: '', members: [], findings };
}

function tooMany(file: Source, found: string): Finding {
  const message = `found ${found}; allowed: at most ${MOST_MEMBERS} members, a configuration and a seed each`;
  return () => ({ source: file.label, position: undefined, key: '', message });
}

interface Configuration {
  readonly variant: Variant;
  readonly config: RunConfig;
}

function membersOf({ variant: { name, settings }, config }: Configuration, directory: string): Member[] {
  return config.seeds.map((seed) => ({
    name,
    seed,
    config: { ...config, name, seeds: [seed], output: directory },
    directory: runDirectory(directory, name, seed),
    settings,
  }));
}

/** Keys that contradict each other may do so in many members: told once, with the first of them. */
function onceEach(
  contradictions: readonly { readonly variant: Variant; readonly finding: Finding }[],
): Finding[] {
  const told = new Map<string, Problem>();
  for (const { variant, finding } of contradictions) {
    const problem = finding();
    const identity = JSON.stringify(problem);
    const message = `${problem.message} (in the member ${variant.name})`;
    if (!told.has(identity)) told.set(identity, { ...problem, message });
  }
  return [...told.values()].map((problem) => () => problem);
}

/** Members that would be one run, or land in one folder. */
function twins(file: Source, configurations: readonly Configuration[]): Finding[] {
  const byExperiment = new Map<string, Variant>();
  const byName = new Map<string, Variant>();
  return configurations.flatMap(({ variant, config }): Finding[] => {
    const experiment = experimentKey(config);
    // There are file systems for which Gan and gan are one folder.
    const folder = variant.name.toLowerCase();
    const [twin, namesake] = [byExperiment.get(experiment), byName.get(folder)];
    byExperiment.set(experiment, twin ?? variant);
    byName.set(folder, namesake ?? variant);
    const message = twin === undefined ? namesake && sameName(variant, namesake) : sameRun(variant, twin);
    if (message === undefined) return [];
    return [() => ({ source: file.label, ...variant.origin, message })];
  });
}

function sameRun(variant: Variant, twin: Variant): string {
  const keys = rootDifferences(variant.values, twin.values);
  const why =
    keys.length === 0
      ? 'both set the same'
      : keys.every((key) => CIRCUMSTANCES.some((circumstance) => circumstance === key))
        ? `they differ only in ${keys.join(' and ')}, which changes nothing that is trained`
        : `the command line sets ${keys.join(' and ')} for both`;
  return `${variant.name} would be the same run as ${named(twin)}: ${why}; take one of them out`;
}

function rootDifferences(a: unknown, b: unknown): string[] {
  const keys = [a, b].flatMap((tree) => (isTree(tree) ? Object.keys(tree) : []));
  return [...new Set(keys)].filter(
    (key) => JSON.stringify(valueAt(a, [key])) !== JSON.stringify(valueAt(b, [key])),
  );
}

function sameName(variant: Variant, namesake: Variant): string {
  return `${named(namesake)} would have the same folder, ${variant.name}; give one of them as a case with another name`;
}

/** A member with where it comes from: `gan (cases.0, line 9)`. */
function named({ name, origin: { key, position } }: Variant): string {
  return `${name} (${key}${position === undefined ? '' : `, line ${position.line}`})`;
}
