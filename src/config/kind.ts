import { isTree } from './merge.js';
import { ConfigFileSchema } from './schema.js';

/** Keys that both kinds of file may have. */
const SHARED: ReadonlySet<string> = new Set(['$schema', 'name', 'seeds', 'output']);
const OF_CONFIGURATIONS = Object.keys(ConfigFileSchema.shape).filter((key) => !SHARED.has(key));
const OF_SWEEPS = ['base', 'grid', 'zip', 'cases'];

/** What kind of file this is by the keys that only one kind has; undefined where they do not tell. */
export function kindOfFile(tree: unknown): 'configuration' | 'sweep' | undefined {
  if (!isTree(tree)) return undefined;
  const isOneOf = (keys: readonly string[]) => keys.some((key) => Object.hasOwn(tree, key));
  const [ofConfigurations, ofSweeps] = [isOneOf(OF_CONFIGURATIONS), isOneOf(OF_SWEEPS)];
  if (ofConfigurations === ofSweeps) return undefined;
  return ofSweeps ? 'sweep' : 'configuration';
}
