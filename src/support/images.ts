/** Size of every image of a data set. */
export interface ImageShape {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  readonly channels: number;
}

/** What a model is made for: the images it takes and the classes it tells apart. A data set is one. */
export interface ImageTask {
  readonly image: ImageShape;
  readonly classes: number;
}

/** Values of one image. */
export function valuesOf({ height, width, channels }: ImageShape): number {
  return height * width * channels;
}

/** Shape of so many images in one tensor: [N, H, W, C]. */
export function batchShape(
  count: number,
  { height, width, channels }: ImageShape,
): [number, number, number, number] {
  return [count, height, width, channels];
}
