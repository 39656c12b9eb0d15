import { epochOrder } from '../train/batch.js';

/** The training images in shuffled order, epoch after epoch without a break between them. */
export class EndlessOrder {
  readonly #count: number;
  readonly #seed: number;
  #epoch = 0;
  #left: Uint32Array;

  constructor(count: number, seed: number) {
    this.#count = count;
    this.#seed = seed;
    this.#left = epochOrder(count, true, seed, 0);
  }

  /** The next image numbers, [size]; a batch may be larger than an epoch. */
  next(size: number): Uint32Array {
    const taken = new Uint32Array(size);
    for (let filled = 0; filled < size;) {
      if (this.#left.length === 0) this.#left = epochOrder(this.#count, true, this.#seed, ++this.#epoch);
      const part = this.#left.subarray(0, size - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#left = this.#left.subarray(part.length);
    }
    return taken;
  }
}
