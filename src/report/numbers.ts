import type { Interval } from '../analysis/estimate.js';
import type { Metric, MetricUnit } from '../analysis/metrics.js';

interface UnitText {
  readonly factor: number;
  readonly digits: number;
  /** Of a value, in the head of a column. */
  readonly unit: string;
  /** Of a difference, behind it. */
  readonly differences: string;
}

const texts: Readonly<Record<MetricUnit, UnitText>> = {
  share: { factor: 100, digits: 2, unit: '%', differences: 'points' },
  epochs: { factor: 1, digits: 1, unit: 'epochs', differences: 'epochs' },
  s: { factor: 1, digits: 1, unit: 's', differences: 's' },
  nats: { factor: 1, digits: 4, unit: 'nats', differences: 'nats' },
  '': { factor: 1, digits: 4, unit: '', differences: '' },
};

/** How the numbers of a metric are written: shares in percent, their differences in percentage points. */
export class Numbers {
  readonly #text: UnitText;

  constructor({ unit }: Pick<Metric, 'unit'>) {
    this.#text = texts[unit];
  }

  /** Of values; empty where there is none. */
  get unit(): string {
    return this.#text.unit;
  }

  /** Of differences; empty where there is none. */
  get differenceUnit(): string {
    return this.#text.differences;
  }

  /** As it is written: a share in percent. */
  scaled(value: number): number {
    return value * this.#text.factor;
  }

  /** Without its unit; ∞ of a target that was never reached, nothing of what is no number. */
  value(value: number | undefined): string {
    if (value === undefined || Number.isNaN(value)) return '';
    return Number.isFinite(value) ? this.#fixed(value) : '∞';
  }

  meanAndStd(mean: number | undefined, std: number | undefined): string {
    const spread = this.value(std);
    return spread === '' ? this.value(mean) : `${this.value(mean)} ± ${spread}`;
  }

  /** With its sign, which 0.00 has not. */
  difference(value: number | undefined): string {
    const text = this.value(value);
    return value === undefined || text === '' || !(value > 0) || Number(text) === 0 ? text : `+${text}`;
  }

  /** `+0.53 points`. */
  differenceInWords(value: number): string {
    return this.#withUnit(this.difference(value));
  }

  interval({ low, high }: Interval): string {
    return `[${this.difference(low)}, ${this.difference(high)}]`;
  }

  /** `0.50 points`. */
  margin(value: number): string {
    // A margin that was declared is said as it was.
    return this.#withUnit(String(Number(this.scaled(value).toPrecision(6))));
  }

  #fixed(value: number): string {
    const text = this.scaled(value).toFixed(this.#text.digits);
    return Number(text) === 0 ? text.replace('-', '') : text;
  }

  #withUnit(text: string): string {
    return this.#text.differences === '' ? text : `${text} ${this.#text.differences}`;
  }
}

/** `p = 0.042`, `p < 0.001`. */
export function pInWords(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}
