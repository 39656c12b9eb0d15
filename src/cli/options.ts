import { Option } from 'commander';
import { z } from 'zod';

import { nearest } from '../config/nearest.js';
import { UserError } from '../errors.js';

/** What help and refusals say of an option. */
export interface OptionText {
  /** As commander takes them: `--batch-size <n...>`. */
  readonly flags: string;
  readonly help: string;
  /** What a value may be, in words. */
  readonly allowed: string;
  /** Words that a misspelt value may have meant. */
  readonly words?: readonly string[];
}

/** An object of options, each with its values and default. */
export type OptionsSchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

/** Holds the text of each schema in an object of options; the schemas themselves have the values and defaults. */
export const optionTexts = z.registry<OptionText>();

/** The options for commander. It leaves their values as text: {@link parseOptions} reads them. */
export function commandOptions(schema: OptionsSchema): Option[] {
  return Object.values(schema.shape).map((option) => {
    const { flags, help } = textOf(option);
    const start = z.safeParse(option, undefined).data;
    if (start === undefined) return new Option(flags, help);
    const values: unknown[] = Array.isArray(start) ? start : [start];
    return new Option(flags, `${help} (default: ${values.map(String).join(' ')})`);
  });
}

/**
 * Reads the options that commander found; what is not in the schema is left alone.
 *
 * @throws UserError `usage` naming the option, what was found and what is allowed
 */
export function parseOptions<T extends OptionsSchema>(
  schema: T,
  raw: Readonly<Record<string, unknown>>,
): z.output<T> {
  const given = Object.keys(schema.shape).map((name) => [name, raw[name]]);
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  throw refusal(schema, result.error.issues[0]?.path ?? [], raw);
}

function refusal(
  schema: OptionsSchema,
  [name, index]: readonly PropertyKey[],
  raw: Readonly<Record<string, unknown>>,
): UserError {
  const { flags, allowed, words = [] } = textOf(schema.shape[String(name)]);
  const values: unknown = raw[String(name)];
  const found: unknown = Array.isArray(values) && typeof index === 'number' ? values[index] : values;
  const suggestion = nearest(String(found), words);
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  const flag = flags.split(' ')[0] ?? flags;
  return new UserError('usage', `${flag}: found ${JSON.stringify(found)}; allowed: ${allowed}${hint}`);
}

function textOf(option: z.ZodType | undefined): OptionText {
  const text = option && optionTexts.get(option);
  if (text === undefined) throw new Error('an option has no help text');
  return text;
}
