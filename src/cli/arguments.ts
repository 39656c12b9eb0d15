import { InvalidArgumentError } from 'commander';

/** Collects the values of an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** Collects seeds; whether they are in range and distinct is for the configuration to say. */
export function parseSeed(value: string, earlier: readonly number[] = []): number[] {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('A seed is a whole number from 0 on, such as 42.');
  return [...earlier, Number(value)];
}
