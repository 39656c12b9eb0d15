import { createHash } from 'node:crypto';
import path from 'node:path';

import type { PluginIdentity, PluginReference } from '../config/index.js';
import { messageOf, UserError } from '../errors.js';
import { bundle, type PluginFile } from './bundle.js';
import { forbidMathRandom } from './guard.js';
import type { FiledPlugin } from './methods.js';
import { isPlugin, type Plugin } from './plugin.js';

/** A plug-in that was loaded, and what it is. */
export interface LoadedPlugin extends FiledPlugin {
  readonly identity: PluginIdentity;
  /** What it is made of, by paths from the folder that all lie in, with forward slashes. */
  readonly sources: ReadonlyMap<string, Buffer>;
}

/**
 * Loads a plug-in: a file in TypeScript or JavaScript, or an npm package, that exports `plugin`. Its code is run.
 *
 * @throws UserError `config` when that cannot be done, it is none, or not the one that it has to be
 */
export async function loadPlugin({ from, folder, pinned }: PluginReference): Promise<LoadedPlugin> {
  const { file, code, files } = await bundle(from, folder);
  const plugin = await evaluate(file, code);
  const sources = sourcesOf(files);
  const { name, version } = plugin.meta;
  const identity = { from: file, name, version, sha256: checksumOf(sources) };
  if (pinned !== undefined) requireSame(pinned, identity);
  return { plugin, file, identity, sources };
}

async function evaluate(file: string, code: string): Promise<Plugin> {
  const allow = forbidMathRandom();
  let exported: unknown;
  try {
    const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const module: unknown = await import(url);
    exported =
      typeof module === 'object' && module !== null && 'plugin' in module ? module.plugin : undefined;
  } catch (error) {
    throw new UserError('config', `the plug-in ${file}: it cannot be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    allow();
  }
  if (isPlugin(exported)) return exported;
  throw new UserError(
    'config',
    `the plug-in ${file}: it exports no plug-in; it has to say: export const plugin = definePlugin({ … })`,
  );
}

function sourcesOf(files: readonly PluginFile[]): Map<string, Buffer> {
  const folders = files.map((file) => path.dirname(file.path).split(path.sep));
  const [first = []] = folders;
  const common = first.filter((_, index) =>
    folders.every((folder) => isStart(first.slice(0, index + 1), folder)),
  );
  const named = files.map(({ path: name, bytes }) => {
    const parts = name.split(path.sep).slice(common.length);
    return [parts.join('/'), bytes] as const;
  });
  return new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isStart(start: readonly string[], folder: readonly string[]): boolean {
  return start.every((part, index) => part === folder[index]);
}

/** SHA-256 of the names and contents of all files. */
function checksumOf(sources: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of sources) hash.update(`${JSON.stringify(name)} ${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

function requireSame(pinned: PluginIdentity, found: PluginIdentity): void {
  if (pinned.sha256 === found.sha256 && pinned.name === found.name) return;
  const told = ({ name, version, sha256 }: PluginIdentity) => `${name} ${version}, SHA-256 ${sha256}`;
  throw new UserError(
    'config',
    `the plug-in ${found.from}: it is not the one that was begun with: that was ${told(pinned)}, this is ${told(found)}. ` +
      'Put its files back as they were (the folder of each run has a copy of them in plugins/), or begin anew.',
  );
}
