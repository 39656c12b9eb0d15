import { dirname, join } from 'node:path';
import { makeFolder } from '../support/folder.js';
import { writeAtomically, writeError } from './files.js';

/** A plug-in of a run: what it is called, and its files by their paths, which have forward slashes. */
export interface PluginSources {
  readonly name: string;
  readonly sources: ReadonlyMap<string, Uint8Array>;
}

/** The folder in that of a run which has the plug-ins that it was made with. */
const FOLDER = 'plugins';

/**
 * Lays a copy of each plug-in's files into the folder of a run, `plugins/<name>/…`: what was trained can be read there when
 * the files themselves have changed or are gone.
 * @throws UserError `io`
 */
export async function writePluginSources(
  directory: string,
  plugins: readonly PluginSources[],
): Promise<void> {
  for (const { name, sources } of plugins) {
    for (const [path, bytes] of sources) {
      const file = join(directory, FOLDER, name, path);
      try {
        await makeFolder(dirname(file));
      } catch (error) {
        throw writeError(file, error);
      }
      await writeAtomically(file, bytes);
    }
  }
}
