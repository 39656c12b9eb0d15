// Packs what proves a GPU on a machine that has nothing but its driver: `npm run gpu:pack -- --help`.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { z } from 'zod';

import { UserError } from '../src/errors.js';
import { optionTexts } from '../src/support/options.js';
import { packageFolder } from '../src/support/package.js';
import { formatBytes } from '../src/support/text.js';
import { cacheFolder } from '../src/tensor/cache/folder.js';
import { dawnFolder, isDawnThere } from '../src/tensor/webgpu/dawn.js';
import { stageLibraries, stageNodeLicence } from './gpu-pack/libraries.js';
import { archive, checkPieces, compress, type Compression, piecesIn } from './gpu-pack/pieces.js';
import { stageProgram } from './gpu-pack/program.js';
import { readScriptOptions, reportFailure } from './support/script.js';

const compressions = ['xz', 'gzip'] as const satisfies readonly Compression[];

const optionsSchema = z.strictObject({
  out: z
    .string()
    .min(1)
    .default('results/gpu-pack')
    .transform((folder) => path.resolve(folder))
    .register(optionTexts, {
      flags: '--out <path>',
      help: 'the folder, which is made anew',
      allowed: 'a path',
    }),
  compression: z
    .enum(compressions)
    .default('xz')
    .register(optionTexts, {
      flags: '--compression <name>',
      help: 'xz, which takes xz or python3 there to unpack, or gzip, whose files are larger',
      allowed: compressions.join(', '),
      words: compressions,
    }),
});

const text = {
  name: 'gpu:pack',
  description:
    'Makes a folder with Node, the program, Dawn and gpu-check.sh, which runs on Linux x64 with a GPU and its driver, and nothing else.',
  help: '\nThere: sh gpu-check.sh. What comes back is results.tar.gz. See docs/engines.md, "Proving a GPU".',
};

async function main(args: readonly string[]): Promise<void> {
  const { out, compression } = readScriptOptions(args, optionsSchema, text);
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new UserError('engine', `gpu:pack packs this machine's Node, and that of Linux x64 is needed.`);
  if (!isDawnThere())
    throw new UserError('engine', 'Dawn is not set up. Run `node bin/gan-bench.js setup --webgpu`.');
  if (existsSync(out) && !existsSync(path.join(out, 'gpu-check.sh')))
    throw new UserError('usage', `--out: ${out} is there, and is no pack: it is not replaced.`);
  rmSync(out, { recursive: true, force: true });
  const stage = mkdtempSync(path.join(os.tmpdir(), 'gpu-pack-'));
  try {
    await fill(out, stage, compression);
  } finally {
    rmSync(stage, { recursive: true });
  }
  const pieces = await piecesIn(out);
  for (const { name, bytes } of pieces) console.log(`${formatBytes(bytes).padStart(9)}  ${name}`);
  const whole = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`${formatBytes(whole).padStart(9)}  in all, in ${out}`);
  checkPieces(pieces);
}

async function fill(out: string, stage: string, compression: Compression): Promise<void> {
  const root = packageFolder();
  const licences = path.join(out, 'licences');
  mkdirSync(licences, { recursive: true });
  stageProgram(root, path.join(stage, 'program'));
  cpSync(path.join(cacheFolder(), dawnFolder()), path.join(stage, 'cache', dawnFolder()), {
    recursive: true,
  });
  const missing = stageLibraries(path.join(stage, 'spare'), licences);
  if (missing.length > 0)
    console.error(`note: not here, so the other machine must have them: ${missing.join(', ')}`);
  stageNodeLicence(licences);
  await compress(process.execPath, path.join(out, 'node'), compression);
  for (const part of ['program', 'cache', 'spare'])
    await archive(path.join(stage, part), path.join(out, part), compression);
  const scripts = path.join(root, 'scripts', 'gpu-pack');
  for (const script of ['gpu-check.sh', 'gpu-check'])
    cpSync(path.join(scripts, script), path.join(out, script), { recursive: true });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  reportFailure('gpu:pack', error);
}
