import type { Sharp, SharpOptions } from 'sharp';
import { messageOf, UserError } from '../../errors.js';

/** Pixels of the largest image that is decoded: 8192 x 8192. */
const LARGEST_PIXELS = 2 ** 26;

const CHANNELS = 3;

/** An image of bytes [height, width, 3]. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** Makes pixels of PNG and JPEG files. */
export interface Decoder {
  /** What it is: `libvips 8.18.7`. */
  readonly name: string;
  /**
   * Whatever is in the file comes out as 8-bit sRGB, turned as its EXIF data say, without transparency.
   * @param size height and width to scale and cut it to: the shorter side is scaled to it and the centre cut out
   * @throws Error saying what is wrong with the file
   */
  decode(file: Uint8Array, size: number | undefined): Promise<Pixels>;
  /** Height and width that it would come out with if it were not scaled. */
  measure(file: Uint8Array): Promise<Omit<Pixels, 'data'>>;
}

/**
 * The decoder, which is loaded when it is first wanted.
 * @throws UserError `data` when it is not installed
 */
export async function openDecoder(): Promise<Decoder> {
  const { default: sharp } = await import('sharp').catch((error: unknown) => {
    throw new UserError(
      'data',
      `dataset.format: images needs the decoder sharp, which cannot be loaded (${messageOf(error).split('\n')[0] ?? ''}); ` +
        'install the program again, with the optional packages of its packages',
      { cause: error },
    );
  });
  // Several files are decoded at a time, so that none needs threads of its own; and no image is wanted twice.
  sharp.concurrency(1);
  sharp.cache(false);
  const open = (file: Uint8Array): Sharp => {
    requireKnown(file);
    return sharp(file, OPTIONS);
  };
  return {
    name: `libvips ${sharp.versions.vips}`,
    async decode(file, size) {
      let image = open(file).autoOrient();
      if (size !== undefined) image = image.resize({ width: size, height: size, fit: 'cover', position: 'centre' });
      const raw = image.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' });
      const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch(refuse);
      if (info.channels !== CHANNELS) throw new Error(`it came out with ${info.channels} channels`);
      return { height: info.height, width: info.width, data };
    },
    async measure(file) {
      const { autoOrient } = await open(file).metadata().catch(refuse);
      return { height: autoOrient.height, width: autoOrient.width };
    },
  };
}

const OPTIONS: SharpOptions = { failOn: 'warning', limitInputPixels: LARGEST_PIXELS };

/** The decoder knows many formats; a file of another one in disguise never gets to it. */
function requireKnown(file: Uint8Array): void {
  if (file.length === 0) throw new Error('it is empty');
  const start = Buffer.from(file.subarray(0, 8)).toString('hex');
  if (start === '89504e470d0a1a0a' || start.startsWith('ffd8ff')) return;
  throw new Error('it is neither a PNG nor a JPEG file, whatever its name');
}

/** Only the first line: what follows are names of libraries. */
function refuse(error: unknown): never {
  const [line = ''] = messageOf(error).split('\n');
  const reason = line.includes('exceeds pixel limit') ? `it has more than ${LARGEST_PIXELS} pixels` : `it is damaged (${line})`;
  throw new Error(reason, { cause: error });
}
