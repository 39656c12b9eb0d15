import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { build } from 'esbuild';
import { z } from 'zod';

import { packageFolder } from '../src/support/package.js';

// Writes dist/tfjs-node: what the program needs of @tensorflow/tfjs-node-gpu. The package itself cannot be installed on
// a machine with npm's registry alone, for its install script downloads from elsewhere; and it brings 230 MB with it.

const target = path.join(packageFolder(), 'dist', 'tfjs-node');
const source = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

rmSync(target, { recursive: true, force: true });
await build({
  entryPoints: [path.join(packageFolder(), 'scripts', 'tfjs-node', 'entry.ts')],
  outfile: path.join(target, 'index.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  legalComments: 'inline',
  // One tfjs-core in the process: tensors of another would be no tensors.
  external: ['@tensorflow/tfjs-core'],
  plugins: [
    {
      name: 'tfjs-core in place of tfjs, and no TensorBoard',
      setup: (bundle) => {
        bundle.onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({
          path: '@tensorflow/tfjs-core',
          external: true,
        }));
        bundle.onResolve({ filter: /\/api_pb$/ }, ({ path: name }) => ({ path: name, namespace: 'nothing' }));
        bundle.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: '' }));
      },
    },
  ],
});
// The sources of the addon, which set-up compiles.
for (const part of ['binding', 'binding.gyp'])
  cpSync(path.join(source, part), path.join(target, part), { recursive: true });
cpSync(path.join(packageFolder(), 'LICENSE'), path.join(target, 'LICENSE'));
const manifest = manifestSchema.parse(JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')));
writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
