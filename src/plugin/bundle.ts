import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { BuildFailure, Loader, OnLoadResult, OnResolveResult, Plugin, PluginBuild } from 'esbuild';

import { messageOf, UserError } from '../errors.js';
import { packageFolder } from '../support/package.js';
import { readRegularFile } from '../support/regular-file.js';

/** A file of a plug-in, as it was loaded. */
export interface PluginFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** A plug-in's code in one piece, and all files that it is made of. */
export interface Bundle {
  /** The file that was named, absolute. */
  readonly file: string;
  /** An ES module. */
  readonly code: string;
  /** The plug-in's own files: not those of other packages, which it only imports. */
  readonly files: readonly PluginFile[];
}

/** What a file of a plug-in may have: text of that many bytes is no program that anybody has written. */
const LARGEST_FILE = 4 * 2 ** 20;

const LOADERS: ReadonlyMap<string, Loader> = new Map([
  ['.ts', 'ts'],
  ['.mts', 'ts'],
  ['.js', 'js'],
  ['.mjs', 'js'],
  ['.json', 'json'],
]);

/** The package that tensors are made with: there may be one only, whatever lies beside the plug-in. */
const TENSORS = '@tensorflow/tfjs-core';

/**
 * Makes one ES module of a plug-in's files, in memory. esbuild does it: the same on every Node, those that cannot read
 * TypeScript by themselves among them; it knows each file that went in; and `gan-bench` means the program that runs,
 * wherever the plug-in lies and whatever is installed beside it.
 *
 * @param reference - A path that begins with `.` or `/`, or the name of an npm package.
 * @param folder - What a relative path starts from, and where the package is looked for.
 * @throws UserError `config` naming the file, the line and what is wrong
 */
export async function bundle(reference: string, folder: string): Promise<Bundle> {
  // It starts a process of its own; only who has a plug-in waits for it.
  const { build } = await import('esbuild');
  const inputs = new Inputs();
  try {
    const { outputFiles } = await build({
      ...{ entryPoints: [reference], absWorkingDir: path.resolve(folder), plugins: [inputs.plugin] },
      ...{ bundle: true, write: false, format: 'esm', platform: 'node', target: 'node20' },
      ...{ conditions: [], sourcemap: 'inline', logLevel: 'silent', outdir: '/' },
      // A tsconfig.json beside it is none of its files: what it says would change the program and not the checksum.
      tsconfigRaw: '{}',
    });
    const [file] = inputs.files.keys();
    if (file === undefined) throw new Error('nothing was read');
    const files = [...inputs.files].map(([name, bytes]) => ({ path: name, bytes }));
    return { file, code: outputFiles[0]?.text ?? '', files };
  } catch (error) {
    throw new UserError('config', `the plug-in ${reference}: ${reasonOf(error, folder)}`, { cause: error });
  }
}

/** Reads the files of a plug-in, and notes them; what is not its own stays outside. */
class Inputs {
  /** By their absolute paths, the one that was named first. */
  readonly files = new Map<string, Buffer>();
  readonly plugin: Plugin;

  constructor() {
    this.plugin = {
      name: 'plug-in',
      setup: (build) => {
        build.onResolve({ filter: /./ }, async (args) =>
          args.pluginData === this ? undefined : await this.#resolve(build, args),
        );
        build.onLoad({ filter: /./ }, (args) => this.#load(args.path));
      },
    };
  }

  async #resolve(
    build: PluginBuild,
    { path: name, kind, resolveDir, importer }: Parameters<Parameters<PluginBuild['onResolve']>[1]>[0],
  ): Promise<OnResolveResult | undefined> {
    const isPath = /^\.{0,2}\//.test(name) || path.isAbsolute(name);
    if (name === 'gan-bench') return outside(path.join(packageFolder(), 'dist', 'src', 'index.js'));
    if (name === TENSORS) return outside(createRequire(import.meta.url).resolve(TENSORS));
    if (isBuiltin(name)) return { path: name, external: true };
    const found = await build.resolve(name, { kind, resolveDir, importer, pluginData: this });
    if (found.errors.length > 0) return { errors: found.errors };
    return isPath || kind === 'entry-point' ? { path: found.path } : outside(found.path);
  }

  async #load(file: string): Promise<OnLoadResult> {
    const loader = LOADERS.get(path.extname(file));
    if (loader === undefined)
      return { errors: [{ text: `found the file ${file}; allowed: ${[...LOADERS.keys()].join(', ')}` }] };
    try {
      const bytes = await readRegularFile(file, LARGEST_FILE);
      this.files.set(file, bytes);
      return { contents: bytes, loader };
    } catch (error) {
      return { errors: [{ text: `${file} cannot be read: ${messageOf(error)}` }] };
    }
  }
}

function outside(file: string): OnResolveResult {
  return { path: pathToFileURL(file).href, external: true };
}

function reasonOf(error: unknown, folder: string): string {
  const [first] = isBuildFailure(error) ? error.errors : [];
  if (first === undefined) return messageOf(error);
  const { text, location } = first;
  // What was named itself.
  if (location === null)
    return `${text} from ${path.resolve(folder)}; allowed: a path that begins with ./ or /, or an installed package`;
  return `${path.resolve(folder, location.file)}:${location.line}:${location.column + 1}: ${text}`;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
