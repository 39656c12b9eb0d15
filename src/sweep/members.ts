import { join } from 'node:path';
import {
  experimentKey,
  isLike,
  resolveSources,
  uncheckedConfig,
  type Finding,
  type RunConfig,
  type Source,
} from '../config/index.js';
import { runDirectory } from '../record/directory.js';
import { count } from '../support/text.js';
import { combinationCount, combinations, type Axes } from './axes.js';
import { memberName } from './names.js';
import type { Case, Pattern } from './parts.js';
import type { Member, Setting } from './sweep.js';

/** The most members that a sweep may have. */
export const MOST_MEMBERS = 10_000;

/** What members are made of; each part is right by itself. */
export interface Ingredients {
  readonly file: Source;
  /** The name of the sweep. */
  readonly name: string;
  readonly base: readonly Source[];
  readonly axes: Axes;
  readonly cases: readonly Case[];
  readonly exclude: readonly Pattern[];
  readonly baseline: Pattern | undefined;
  /** What replaces the base's seeds and output, then what the command line lays over every member. */
  readonly over: readonly Source[];
}

/** A configuration of the sweep before it is resolved. */
interface Variant {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly layers: readonly Source[];
  /** With every default, but without what the command line lays over it. */
  readonly values: unknown;
}

export interface Made {
  readonly directory: string;
  readonly members: readonly Member[];
  readonly findings: readonly Finding[];
}

/** Makes the members of a sweep, in the order of the file. */
export function makeMembers(ingredients: Ingredients): Made {
  const { axes, cases, file } = ingredients;
  const wanted = combinationCount(axes) + cases.length;
  if (wanted > MOST_MEMBERS) return failed([tooMany(file, wanted)]);
  const { variants, findings } = variantsOf(ingredients);
  if (findings.length > 0) return failed(findings);
  const resolved = variants.map((variant) => ({ variant, ...resolveVariant(variant, ingredients) }));
  const wrong = resolved.flatMap((one) => one.findings);
  if (wrong.length > 0) return failed(wrong);
  const configs = resolved.flatMap(({ variant, config }) =>
    config === undefined ? [] : [{ variant, config }],
  );
  const doubles = sameRuns(file, configs);
  if (doubles.length > 0) return failed(doubles);
  const directory = join(configs[0]?.config.output ?? '', ingredients.name);
  return { directory, members: configs.flatMap((one) => membersOf(one, directory)), findings: [] };
}

function failed(findings: readonly Finding[]): Made {
  return { directory: '', members: [], findings };
}

interface Configuration {
  readonly variant: Variant;
  readonly config: RunConfig;
}

function membersOf({ variant, config }: Configuration, directory: string): Member[] {
  const { name, settings } = variant;
  return config.seeds.map((seed) => ({
    name,
    seed,
    config: { ...config, name, seeds: [seed], output: directory },
    directory: runDirectory(directory, name, seed),
    settings,
  }));
}

function variantsOf({ file, base, axes, cases, exclude, baseline }: Ingredients): {
  readonly variants: readonly Variant[];
  readonly findings: readonly Finding[];
} {
  const baseValues = uncheckedConfig(base);
  const isBareBase = axes.grid.length + axes.zip.length === 0;
  const crossed = (isBareBase && cases.length > 0 ? [] : combinations(axes)).map((choices): Variant => {
    const [settings, layers] = [choices.map(({ setting }) => setting), choices.map(({ source }) => source)];
    return {
      name: memberName(settings, baseValues),
      settings,
      layers,
      values: uncheckedConfig([...base, ...layers]),
    };
  });
  const kept = crossed.filter(({ values }) => !exclude.some(({ source }) => isLike(values, source.tree)));
  const single = cases.map(({ name, settings, source }): Variant => {
    return { name, settings, layers: [source], values: uncheckedConfig([...base, source]) };
  });
  const variants = [...kept, ...single];
  const findings = [
    ...exclude
      .filter(({ source }) => !crossed.some(({ values }) => isLike(values, source.tree)))
      .map((pattern) => matchesNothing(file, pattern)),
    ...(baseline !== undefined && !variants.some(({ values }) => isLike(values, baseline.source.tree))
      ? [matchesNothing(file, baseline)]
      : []),
    ...(variants.length === 0 ? [nothingLeft(file)] : []),
  ];
  return { variants, findings };
}

function resolveVariant(variant: Variant, { file, base, over, name }: Ingredients) {
  return resolveSources([...base, ...variant.layers, ...over], { label: file.label, within: 'base' }, name);
}

function sameRuns(file: Source, configs: readonly Configuration[]): Finding[] {
  const [names, experiments] = [new Map<string, Variant>(), new Map<string, Variant>()];
  return configs.flatMap(({ variant, config }): Finding[] => {
    const [name, experiment] = [variant.name.toLowerCase(), experimentKey(config)];
    const [twin, namesake] = [experiments.get(experiment), names.get(name)];
    experiments.set(experiment, variant);
    names.set(name, variant);
    if (twin !== undefined)
      return [told(file, '', `${variant.name} and ${twin.name} would be the same run; take one of them out`)];
    return namesake === undefined
      ? []
      : [
          told(
            file,
            '',
            `two members would be named ${variant.name}; give one of them as a case with a name of its own`,
          ),
        ];
  });
}

function tooMany(file: Source, wanted: number): Finding {
  return told(file, '', `found ${wanted} configurations; allowed: at most ${count(MOST_MEMBERS, 'member')}`);
}

function matchesNothing(file: Source, { place }: Pattern): Finding {
  return told(file, place.join('.'), 'no member is like that', place);
}

function nothingLeft(file: Source): Finding {
  return told(file, 'exclude', 'it leaves out every member', ['exclude']);
}

function told(file: Source, key: string, message: string, place: readonly PropertyKey[] = []): Finding {
  return () => ({ source: file.label, position: file.positionOf(place, 'key'), key, message });
}
