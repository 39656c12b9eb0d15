import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A file in IDX form: these dimensions, then these bytes. */
export function idxFile(dimensions: readonly number[], values: Iterable<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((size, index) => header.writeUInt32BE(size, 4 + 4 * index));
  return Buffer.concat([header, Buffer.from([...values])]);
}

/** Numbers of bytes that all differ a little: 0, 7, 14, … */
export function ramp(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * 7) % 256);
}

/** MNIST's form with two classes: so many training images of 2 x 3 pixels, and two to test on. */
export async function writeIdx(folder: string, count = 4, change: Record<string, Buffer> = {}): Promise<string> {
  const files = {
    'train-images-idx3-ubyte': idxFile([count, 2, 3], ramp(count * 6)),
    'train-labels-idx1-ubyte': idxFile([count], Array.from({ length: count }, (_, index) => index % 2)),
    't10k-images-idx3-ubyte': idxFile([2, 2, 3], ramp(12)),
    't10k-labels-idx1-ubyte': idxFile([2], [1, 0]),
    ...change,
  };
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

type Rgb = readonly [red: number, green: number, blue: number];

/** An image of one colour, as a PNG file. */
export async function png(width: number, height: number, [red, green, blue]: Rgb): Promise<Buffer> {
  return await flat(width, height, { r: red, g: green, b: blue }).png().toBuffer();
}

/** The same as a JPEG file. */
export async function jpeg(width: number, height: number, [red, green, blue]: Rgb): Promise<Buffer> {
  return await flat(width, height, { r: red, g: green, b: blue }).jpeg().toBuffer();
}

function flat(width: number, height: number, background: { r: number; g: number; b: number }) {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** A colour of its own for each of many images. */
export function colourOf(index: number): Rgb {
  return [(index * 67) % 256, (index * 29 + 80) % 256, (index * 131 + 40) % 256];
}
