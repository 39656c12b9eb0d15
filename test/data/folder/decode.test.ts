import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Decoder, openDecoder } from '../../../src/data/folder/decode.js';
import { jpeg, png } from './files.js';

let decoder: Decoder;
beforeAll(async () => {
  decoder = await openDecoder();
});

/** [height, width, 3] values of red, in rows, without green and blue. */
function rows(values: readonly (readonly number[])[]): Buffer {
  return Buffer.from(values.flat().flatMap((red) => [red, 0, 0]));
}

function rawPng(data: Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4) {
  return sharp(data, { raw: { width, height, channels } }).png();
}

async function decoded(file: Uint8Array, size?: number) {
  const { height, width, data } = await decoder.decode(file, size);
  return { height, width, values: [...data] };
}

describe('decoding', () => {
  it('gives the bytes of a PNG file as they are', async () => {
    const pixels = rows([[1, 2, 3], [250, 128, 9]]);
    const file = await rawPng(pixels, 3, 2, 3).toBuffer();
    expect(await decoded(file)).toEqual({ height: 2, width: 3, values: [...pixels] });
    expect(await decoder.measure(file)).toEqual({ height: 2, width: 3 });
  });

  it('leaves an image alone that has the size', async () => {
    const pixels = rows([[1, 200], [250, 9]]);
    expect((await decoded(await rawPng(pixels, 2, 2, 3).toBuffer(), 2)).values).toEqual([...pixels]);
  });

  it('cuts the centre out, the shorter side being the size', async () => {
    const file = await rawPng(rows([[10, 20, 30, 40], [50, 60, 70, 80]]), 4, 2, 3).toBuffer();
    const red = (await decoded(file, 2)).values.filter((_, index) => index % 3 === 0);
    expect(red).toEqual([20, 30, 60, 70]);
  });

  it('scales the shorter side, up or down', async () => {
    for (const [width, height] of [[64, 40], [3, 5]] as const) {
      const { values, ...size } = await decoded(await png(width, height, [12, 34, 56]), 8);
      expect(size).toEqual({ height: 8, width: 8 });
      expect(values.slice(0, 3)).toEqual([12, 34, 56]);
      expect(new Set(values)).toEqual(new Set([12, 34, 56]));
    }
  });

  it('makes three channels of grey, also of 16 bits', async () => {
    const grey = await sharp(Buffer.from([7, 200]), { raw: { width: 2, height: 1, channels: 1 } }).toColourspace('b-w').png().toBuffer();
    expect((await decoded(grey)).values).toEqual([7, 7, 7, 200, 200, 200]);
    const deep = await sharp(new Uint16Array([0x0700, 0xc8ff]), { raw: { width: 2, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect((await decoded(deep)).values).toEqual([7, 7, 7, 200, 200, 200]);
  });

  it('makes 8 bits of 16', async () => {
    const pixels = new Uint16Array([0x0100, 0x8000, 0xffff]);
    const deep = await sharp(pixels, { raw: { width: 1, height: 1, channels: 3 } }).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect((await decoded(deep)).values).toEqual([1, 128, 255]);
  });

  it('drops transparency, and keeps the colour behind it', async () => {
    expect((await decoded(await rawPng(Buffer.from([9, 8, 7, 0]), 1, 1, 4).toBuffer())).values).toEqual([9, 8, 7]);
    expect((await decoded(await rawPng(Buffer.from([9, 0]), 1, 1, 2).toBuffer())).values).toEqual([9, 9, 9]);
  });

  it('looks colours up in a palette', async () => {
    const flat = await png(4, 4, [255, 0, 0]);
    const palette = await sharp(flat).png({ palette: true }).toBuffer();
    // The type of colours: an index into a palette.
    expect(palette[25]).toBe(3);
    expect((await decoded(palette)).values.slice(0, 3)).toEqual([255, 0, 0]);
  });

  it('makes sRGB of a JPEG file in CMYK', async () => {
    const cmyk = await sharp(await png(8, 8, [200, 30, 40])).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [red = 0, green = 0, blue = 0] = (await decoded(cmyk)).values;
    expect(red).toBeGreaterThan(150);
    expect(Math.max(green, blue)).toBeLessThan(90);
  });

  it('turns an image as its EXIF data say', async () => {
    // Orientation 6: what is stored has to be turned by 90 degrees, clockwise.
    const file = await rawPng(rows([[10, 20, 30]]), 3, 1, 3).withMetadata({ orientation: 6 }).toBuffer();
    expect(await decoder.measure(file)).toEqual({ height: 3, width: 1 });
    const { values, ...size } = await decoded(file);
    expect(size).toEqual({ height: 3, width: 1 });
    expect(values.filter((_, index) => index % 3 === 0)).toEqual([10, 20, 30]);
  });
});

describe('what is refused', () => {
  it('an empty file', async () => {
    await expect(decoder.decode(Buffer.alloc(0), 8)).rejects.toThrow('it is empty');
  });

  it.each<[what: string, make: () => Promise<Uint8Array> | Uint8Array]>([
    ['text', () => Buffer.from('not an image at all')],
    ['an SVG file', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a GIF file', async () => await sharp(await png(4, 4, [1, 2, 3])).gif().toBuffer()],
    ['a WebP file', async () => await sharp(await png(4, 4, [1, 2, 3])).webp().toBuffer()],
  ])('%s in disguise', async (_, make) => {
    await expect(decoder.decode(await make(), 8)).rejects.toThrow('it is neither a PNG nor a JPEG file');
  });

  it.each<[what: string, make: () => Promise<Buffer>]>([
    ['PNG', async () => await noise().png().toBuffer()],
    ['JPEG', async () => await noise().jpeg().toBuffer()],
  ])('a %s file that is cut off', async (_, make) => {
    const file = await make();
    for (const length of [9, 30, Math.floor(file.length / 2), file.length - 40])
      await expect(decoder.decode(file.subarray(0, length), 8)).rejects.toThrow(/^it is damaged \(/);
  });

  it('a PNG file with other bytes than its checksum says', async () => {
    const file = await noise().png().toBuffer();
    file[Math.floor(file.length / 2)] = (file[Math.floor(file.length / 2)] ?? 0) ^ 0xff;
    await expect(decoder.decode(file, 8)).rejects.toThrow(/^it is damaged \(/);
  });

  it('a file that would become too many pixels', async () => {
    const file = await png(2, 2, [1, 2, 3]);
    // Width and height stand at byte 16, 4 bytes each.
    file.writeUInt32BE(65_000, 16);
    file.writeUInt32BE(65_000, 20);
    await expect(decoder.decode(file, 8)).rejects.toThrow('it has more than 67108864 pixels');
  });
});

function noise() {
  const data = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 7919) % 251));
  return sharp(data, { raw: { width: 64, height: 64, channels: 3 } });
}

it('reads a JPEG file of one colour', async () => {
  const { values, ...size } = await decoded(await jpeg(20, 10, [200, 100, 50]));
  expect(size).toEqual({ height: 10, width: 20 });
  expect(Math.abs((values[0] ?? 0) - 200)).toBeLessThan(4);
});
