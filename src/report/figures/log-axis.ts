import { extent, ticks } from 'd3-array';

/** Of the first that leaves enough of them, ticks are at these multiples of the powers of ten. */
const MULTIPLES = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];
const FEWEST_TICKS = 3;
const MOST_TICKS = 7;

/** Above and below what is drawn, as a share of the axis. */
const ROOM = 0.04;
/** In natural logarithms, where all values are the same or nearly so. */
const LEAST_ROOM = 0.01;

/** How the numbers at it are written. */
export const LOG_FORMAT = '~e';

export interface LogAxis {
  readonly domain: [number, number];
  readonly values: number[];
}

/**
 * A logarithmic axis with what it shows of these values, and a line at each number that is named: vega's own has up to nine
 * lines in every decade. @param values - Those above 0 are shown.
 */
export function logAxis(values: readonly number[]): LogAxis {
  const [low = 1, high = 1] = extent(values.filter((value) => value > 0 && Number.isFinite(value)));
  const room = Math.exp(Math.max(Math.log(high / low) * ROOM, LEAST_ROOM));
  const domain: [number, number] = [low / room, high * room];
  return { domain, values: ticksIn(domain) };
}

function ticksIn([low, high]: readonly [number, number]): number[] {
  const exponents = ticks(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)), MOST_TICKS).filter(
    Number.isInteger,
  );
  for (const multiples of MULTIPLES) {
    const found = exponents
      .flatMap((exponent) => multiples.map((multiple) => Number(`${multiple}e${exponent}`)))
      .filter((tick) => tick >= low && tick <= high);
    if (found.length >= FEWEST_TICKS) return found;
  }
  return ticks(low, high, FEWEST_TICKS + 1);
}
