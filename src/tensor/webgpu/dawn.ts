import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { z } from 'zod';

import { messageOf, UserError } from '../../errors.js';
import { cacheFolder, cacheLayout } from '../cache/folder.js';
import { folderProblem, refuse } from '../cache/trust.js';

/** Version of the npm package `webgpu` whose library set-up provides: Dawn, Chromium's WebGPU, built for Node. */
export const dawnVersion = '0.6.2';

/** The library in its folder. */
export const dawnFile = 'dawn.node';

/** The folder of the library for this kind of machine, in the cache. */
export function dawnFolder(): string {
  return `dawn-${dawnVersion}-${process.platform}-${process.arch}-${cacheLayout}`;
}

export function isDawnThere(): boolean {
  return existsSync(path.join(cacheFolder(), dawnFolder(), dawnFile));
}

const dawnSchema = z.object({
  create: z.custom<(flags: readonly string[]) => GPU>((value) => typeof value === 'function'),
  /** GPUBufferUsage and others, which programs expect to be global. */
  globals: z.record(z.string(), z.unknown()),
});

export type Dawn = z.infer<typeof dawnSchema>;

/** @throws UserError `engine` where set-up has not provided the library, it was changed, or does not load. */
export function loadDawn(): Dawn {
  const cache = cacheFolder();
  const folder = path.join(cache, dawnFolder());
  if (!isDawnThere()) throw new UserError('engine', 'Dawn is not set up. Run `gan-bench setup --webgpu`.');
  refuse(folderProblem({ root: cache, folder, requires: [dawnFile], by: 'content' }));
  try {
    const loaded: unknown = createRequire(import.meta.url)(path.join(folder, dawnFile));
    return dawnSchema.parse(loaded);
  } catch (error) {
    throw new UserError(
      'engine',
      `Dawn does not load: ${messageOf(error)}. Run \`gan-bench setup --webgpu --force\`.`,
      { cause: error },
    );
  }
}
