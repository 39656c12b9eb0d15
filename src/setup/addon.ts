import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import {
  addonFile,
  addonFolder,
  addonLibraries,
  logFilterFile,
  type TfjsNode,
} from '../tensor/tensorflow/native-paths.js';
import type { Cache } from './cache.js';
import { lastLines, type RunCommand } from './command.js';
import { SetupFailure } from './failure.js';
import { checkBuildTools } from './prerequisites.js';
import type { Progress } from './progress.js';

export interface AddonTools {
  readonly cache: Cache;
  readonly progress: Progress;
  readonly run: RunCommand;
  /** Its sources are compiled as they are. */
  readonly tfjsNode: TfjsNode;
  /** log_filter.cc */
  readonly logFilterSource: string;
}

/**
 * Gives a folder with the addon, compiled against the headers and libraries in `library`, and where that works out the
 * log filter. The addon uses Node-API only, so that one build serves every Node.
 *
 * @throws SetupFailure when it does not compile.
 */
export async function provideAddon(tools: AddonTools, library: string): Promise<string> {
  const name = path.relative(tools.cache.root, addonFolder(library, tools.tfjsNode.version));
  return await tools.cache.folder(name, async (folder) => {
    await checkBuildTools(tools.run);
    await tools.progress.stage('compile the addon', async () => {
      await mkdir(path.join(folder, path.dirname(addonFile)), { recursive: true });
      await buildAddon(tools, library, folder);
      await buildLogFilter(tools, library, folder);
    });
  });
}

async function buildAddon({ run, tfjsNode }: AddonTools, library: string, folder: string): Promise<void> {
  // A copy is built, so that no set-up changes the package, which may belong to somebody else.
  const build = path.join(folder, 'build');
  await mkdir(build);
  await cp(path.join(tfjsNode.folder, 'binding'), path.join(build, 'binding'), { recursive: true });
  await copyFile(path.join(tfjsNode.folder, 'binding.gyp'), path.join(build, 'binding.gyp'));
  await symlink(library, path.join(build, 'deps'));
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const variables = ['--module_name=tfjs_binding', '--module_path=./out', '--napi_build_version=8'];
  const headers = nodeHeaders();
  const { ok, output } = await run({
    file: process.execPath,
    args: [
      nodeGyp,
      'rebuild',
      `--directory=${build}`,
      ...variables,
      ...(headers === undefined ? [] : [`--nodedir=${headers}`]),
    ],
    cwd: build,
  });
  if (!ok) throw buildFailure(output);
  await copyFile(
    path.join(build, 'build', 'Release', path.basename(addonFile)),
    path.join(folder, addonFile),
  );
  await rm(build, { recursive: true });
  // The folder lies in the library's, wherever that is moved.
  await mkdir(path.join(folder, path.dirname(addonLibraries)));
  await symlink(path.join('..', '..', 'lib'), path.join(folder, addonLibraries));
}

/** The folder that holds Node's headers, where they were installed with it: node-gyp then need not download them. */
export function nodeHeaders(): string | undefined {
  const prefix = path.dirname(path.dirname(process.execPath));
  return existsSync(path.join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}

function buildFailure(output: string): SetupFailure {
  const errors = output
    .split('\n')
    .filter((line) => /error|ERR!|not found/i.test(line) && !line.startsWith('gyp info'));
  const advice = /getaddrinfo|ECONN|ENOTFOUND|ETIMEDOUT|network/i.test(output)
    ? "Node's headers could not be downloaded from nodejs.org: install Node from its archive, which brings them, or set npm_config_nodedir to a folder that has include/node."
    : 'Install a C++ compiler, make and Python 3 (Debian: apt install build-essential python3).';
  return new SetupFailure(
    `the addon does not compile: ${lastLines((errors.length > 0 ? errors : [output]).join('\n'))}`,
    advice,
  );
}

/** Optional: without it TensorFlow writes two lines to standard error whenever it loads. */
async function buildLogFilter(
  { run, logFilterSource }: AddonTools,
  library: string,
  folder: string,
): Promise<void> {
  const include = path.join(library, 'include');
  const args = ['-std=c++17', '-shared', '-fPIC', '-O1', '-I', include, logFilterSource, '-o', logFilterFile];
  await run({ file: process.env['CXX'] ?? 'c++', args, cwd: folder });
}
