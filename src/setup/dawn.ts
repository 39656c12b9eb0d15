import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { dawnFolder, dawnVersion } from '../tensor/webgpu/dawn.js';
import { lastLines } from './command.js';
import { SetupFailure } from './failure.js';
import type { StrategyTools } from './tools.js';

/** SHA-512 of the package that npm's registry has, which holds the libraries of all systems. */
const INTEGRITY = '3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==';

/** Folders of the package, one for each kind of machine that it has a library for. */
const FOLDERS = ['linux-x64', 'linux-arm64', 'darwin-universal', 'win32-x64', 'win32-arm64'];

/**
 * Provides Dawn, unless it is there, unchanged: some 50 MB are fetched with npm, which knows mirrors and proxies, and
 * 22 MB kept.
 *
 * @throws SetupFailure when it cannot be had, or is another than the one this program was tested with.
 */
export async function provideDawn(
  { cache, progress, run }: Pick<StrategyTools, 'cache' | 'progress' | 'run'>,
  force: boolean,
): Promise<void> {
  const inPackage = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
  if (!FOLDERS.includes(inPackage))
    throw new SetupFailure(`Dawn is built for ${FOLDERS.join(', ')}, not for ${inPackage}`, '');
  const fill = async (folder: string): Promise<void> => {
    const archive = path.join(folder, `webgpu-${dawnVersion}.tgz`);
    const fetched = await run({
      file: 'npm',
      args: ['pack', `webgpu@${dawnVersion}`, '--silent', '--pack-destination', folder],
      cwd: folder,
    });
    if (!fetched.ok)
      throw new SetupFailure(
        `npm cannot fetch webgpu ${dawnVersion}: ${lastLines(fetched.output)}`,
        'Look at the network, or npm’s registry setting.',
      );
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (digest !== INTEGRITY)
      throw new SetupFailure(`webgpu ${dawnVersion} has the SHA-512 ${digest}, expected is ${INTEGRITY}`, '');
    const unpacked = await run({
      file: 'tar',
      args: ['-xzf', archive, '-C', folder, '--strip-components=3', `package/dist/${inPackage}`],
    });
    if (!unpacked.ok) throw new SetupFailure(`tar cannot unpack it: ${lastLines(unpacked.output)}`, '');
    await rm(archive);
  };
  if (!force && (await cache.has(dawnFolder()))) return;
  await progress.stage(`fetch Dawn ${dawnVersion} (50 MB)`, async () => {
    await cache.folder(dawnFolder(), fill, { replace: force });
  });
}
