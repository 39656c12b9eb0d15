import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { hintFor } from '../support/nearest.js';
import { packageFolder } from '../support/package.js';

/** Of the files that can be read. */
export const EXTENSIONS: readonly string[] = ['.json', '.yaml', '.yml'];

/** The files that come with the program: configurations, and sweeps. */
const FOLDERS = { config: 'configs', sweep: join('configs', 'sweeps') } as const;

export type PresetKind = keyof typeof FOLDERS;

/**
 * The file that is meant: that of a preset where only its name is given and there is nothing of that name, else what is
 * given. So `resnet56-gan` is configs/resnet56-gan.json of the program, unless it is a file here.
 * @param kinds of which presets; the first that has the name
 */
export async function presetOr(file: string, ...kinds: readonly PresetKind[]): Promise<string> {
  if (await isThere(file)) return file;
  return (await presetNamed(file, ...kinds)) ?? file;
}

/** The file of the preset of that name, of the first kind that has one; undefined where none has. */
export async function presetNamed(
  name: string,
  ...kinds: readonly PresetKind[]
): Promise<string | undefined> {
  if (!isBareName(name)) return undefined;
  for (const kind of kinds) {
    const found = (await filesOf(kind)).get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a name is told that is neither a file's nor a preset's; undefined for a path. */
export async function noPreset(file: string): Promise<string | undefined> {
  if (!isBareName(file) || (await isThere(file))) return undefined;
  const [configs, sweeps] = [[...(await filesOf('config')).keys()], [...(await filesOf('sweep')).keys()]];
  return (
    `no such file, and no preset of that name; allowed: a JSON or YAML file, a preset (${configs.join(', ')}) ` +
    `or, of a sweep, ${sweeps.join(', ')}${hintFor(file, [...configs, ...sweeps])}`
  );
}

/** Whether it could be the name of a preset: nothing that leads elsewhere. */
function isBareName(file: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(file);
}

/** The presets of a kind: their files, by name. */
async function filesOf(kind: PresetKind): Promise<Map<string, string>> {
  const folder = join(packageFolder(), FOLDERS[kind]);
  const names = (await readdir(folder).catch(() => [])).filter((name) => EXTENSIONS.includes(extname(name)));
  return new Map(names.sort().map((name) => [name.slice(0, -extname(name).length), join(folder, name)]));
}

/** Whether there is anything at a path. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
