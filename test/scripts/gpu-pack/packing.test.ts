import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { neededPackages } from '../../../scripts/gpu-pack/packages.js';
import { archive, checkPieces, LARGEST_PIECE, piecesIn } from '../../../scripts/gpu-pack/pieces.js';
import { isPacked } from '../../../scripts/gpu-pack/program.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-gpu-pack-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

/** A package that needs others. */
async function putPackage(folder: string, ...dependencies: readonly string[]): Promise<void> {
  const manifest = { dependencies: Object.fromEntries(dependencies.map((name) => [name, '1'])) };
  await put(path.join(folder, 'package.json'), JSON.stringify(manifest));
}

describe('the packages of the pack', () => {
  it('are those that the program needs, each where Node finds it', async () => {
    await putPackage('', '@a/one', 'two');
    await putPackage('node_modules/@a/one', 'two', 'three');
    await putPackage('node_modules/@a/one/node_modules/two');
    await putPackage('node_modules/two', '@a/one');
    await putPackage('node_modules/three');
    await putPackage('node_modules/nobody-needs-it');
    const found = [
      ...['node_modules/@a/one', 'node_modules/@a/one/node_modules/two'],
      ...['node_modules/three', 'node_modules/two'],
    ];
    expect(neededPackages(root)).toEqual(found);
  });

  it('lack what is left out, and what only that needs', async () => {
    await putPackage('', 'one', 'two');
    await putPackage('node_modules/one', 'three');
    await putPackage('node_modules/two');
    await putPackage('node_modules/three');
    expect(neededPackages(root, ['one'])).toEqual(['node_modules/two']);
  });

  it('must be installed', async () => {
    await putPackage('', 'one');
    expect(() => neededPackages(root)).toThrow('one, which');
  });
});

describe('the files of the pack', () => {
  it.each([
    ['dist/src/cli/program.js', true],
    ['dist/src/cli/program.js.map', false],
    ['dist/src/cli/program.d.ts', false],
    ['/m/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js', true],
    ['/m/node_modules/@tensorflow/tfjs-core/dist/tf-core.min.js', false],
    ['/m/node_modules/@tensorflow/tfjs-core/dist/ops/add.js', false],
    ['/m/node_modules/@tensorflow/tfjs-core/package.json', true],
    ['/m/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm', true],
    ['/m/node_modules/tar/dist/esm/index.min.js', true],
  ])('%s: %s', (file, isIn) => {
    expect(isPacked(file)).toBe(isIn);
  });

  it('are archived so that tar unpacks them', async () => {
    await put('stage/a/b.txt', 'text');
    await archive(path.join(root, 'stage'), path.join(root, 'packed'), 'gzip');
    const unpacked = execFileSync('tar', ['-xzOf', path.join(root, 'packed.tar.gz'), 'a/b.txt']);
    expect(unpacked.toString()).toBe('text');
  });

  it('are listed, the largest first', async () => {
    await put('pack/small', 'a');
    await put('pack/inside/large', 'abc');
    expect(await piecesIn(path.join(root, 'pack'))).toEqual([
      { name: path.join('inside', 'large'), bytes: 3 },
      { name: 'small', bytes: 1 },
    ]);
  });

  it('are none of them larger than what a visit may carry', () => {
    expect(() => {
      checkPieces([{ name: 'node.xz', bytes: LARGEST_PIECE }]);
    }).not.toThrow();
    expect(() => {
      checkPieces([{ name: 'node.xz', bytes: LARGEST_PIECE + 1 }]);
    }).toThrow(/^node\.xz has 60\.0 MB, more than 60\.0 MB/);
  });
});
