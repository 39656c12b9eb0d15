import { UserError } from '../errors.js';
import type { ImageShape } from '../support/images.js';

/**
 * Refuses images that a model which halves height and width so many times could not halve evenly.
 *
 * @throws UserError `config` naming the model, the size found and the sizes allowed
 */
export function checkHalving(model: string, { height, width }: ImageShape, times: number): void {
  const unit = 2 ** times;
  if (height % unit === 0 && width % unit === 0) return;
  throw new UserError(
    'config',
    `model: ${model} halves its images ${times} times, so their height and width must be multiples of ${unit}, ` +
      `but those of the data set have ${height} x ${width} pixels; choose another model, data set or dataset.size`,
  );
}
