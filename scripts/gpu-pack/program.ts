import { cpSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { neededPackages } from './packages.js';

/** Packages that only set-up, plug-ins and pictures need. */
const NOT_NEEDED = ['esbuild', 'node-gyp', 'sharp'];

/** What the program reads when it runs, in the places where it looks for it. */
const PARTS = [
  ...['package.json', 'LICENSE', 'bin', 'configs', 'schema', 'data/cifar100-mini'],
  ...['dist/src', 'dist/scripts/gpu-pack', 'dist/scripts/bench-peers', 'dist/scripts/support'],
  ...['dist/tfjs-node/index.cjs', 'dist/tfjs-node/package.json', 'dist/tfjs-node/LICENSE'],
  // Their checksum names the folder of the compiled kernels.
  'src/tensor/tensorflow/kernels',
  // PyTorch's part, with the networks that it trains.
  ...['scripts/bench-peers/pytorch.py', 'test/parity/make_golden.py', 'test/parity/vit.py'],
];

/** Only compilers and debuggers read these. */
const NOT_RUN = /\.(?:map|[cm]?ts|tsbuildinfo|flow)$/;
/** Of tfjs's packages: the forms for browsers and bundlers, which none of its programs for Node reads. */
const OTHER_FORMS =
  /\/@tensorflow\/tfjs-[^/]+\/(?:dist\/(?!(?:.*\/)?[^/]*\.node\.js$).*\.(?:js|wasm)|src\/.*)$/;
/** Of other packages: what is for browsers and shells. */
const FOR_OTHERS = /\/(?:yaml\/browser|wabt\/bin)\//;

/** Puts the program with all that it needs to run into a folder. */
export function stageProgram(root: string, target: string): void {
  const packages = neededPackages(root, NOT_NEEDED);
  for (const part of [...PARTS, ...packages]) {
    // A package's own node_modules hold what others of the list say.
    const source = realpathSync(path.join(root, part));
    cpSync(source, path.join(target, part), {
      recursive: true,
      dereference: true,
      filter: (file) => isPacked(file) && !path.relative(source, file).startsWith('node_modules'),
    });
  }
}

/** Whether a file of the program or its packages is of use where it only runs. */
export function isPacked(file: string): boolean {
  return ![NOT_RUN, OTHER_FORMS, FOR_OTHERS].some((pattern) => pattern.test(file));
}
