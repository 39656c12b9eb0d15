import { Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';

import { UserError } from '../errors.js';
import { hintFor } from './nearest.js';
import { printable } from './text.js';

/** What help and refusals say of an option. */
export interface OptionText {
  /** As commander takes them: `--batch-size <n...>`. */
  readonly flags: string;
  readonly help: string;
  /** What a value may be, in words; nothing to say where every text will do. */
  readonly allowed?: string;
  /** Words that a misspelt value may have meant. */
  readonly words?: readonly string[];
  /** Given once for each value: `<n...>` would also take the arguments that follow. */
  readonly repeatable?: boolean;
  /** The key of the option that this one is an old name of: not in the help, and not to be given with it. */
  readonly oldNameOf?: string;
}

/** An object of options, each with its values and default. */
export type OptionsSchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

/** Options as commander leaves them: texts, lists of texts, true for a flag. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** Holds the text of each schema in an object of options; the schemas themselves have the values and defaults. */
export const optionTexts = z.registry<OptionText>();

/** An option without a value: given or not. */
export function flagOption(flags: string, help: string) {
  return z.boolean().default(false).register(optionTexts, { flags, help });
}

/** A whole number of at least that. */
export function countFrom(least: number) {
  return z.coerce.number().int().min(least);
}

/** Gives a command the options of a schema. It leaves their values as text: {@link parseOptions} reads them. */
export function addOptions(command: Command, schema: OptionsSchema): Command {
  for (const option of Object.values(schema.shape)) command.addOption(commandOption(option));
  return command;
}

function commandOption(schema: z.ZodType): Option {
  const { flags, help, repeatable = false, oldNameOf } = textOf(schema);
  const start = z.safeParse(schema, undefined).data;
  const values: unknown[] = Array.isArray(start) ? start : [start];
  const known = values.filter((value) => value !== undefined && value !== false);
  const notes = [
    ...(known.length > 0 ? [`default: ${known.map(String).join(' ')}`] : []),
    ...(repeatable ? ['repeatable'] : []),
  ];
  const option = new Option(flags, notes.length > 0 ? `${help} (${notes.join('; ')})` : help);
  if (oldNameOf !== undefined) option.conflicts(oldNameOf).hideHelp();
  return repeatable ? option.argParser(collect) : option;
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/**
 * Reads the options that commander found; what is not in the schema is left alone.
 *
 * @throws UserError `usage` naming the option, what was found and what is allowed
 */
export function parseOptions<T extends OptionsSchema>(schema: T, raw: RawOptions): z.output<T> {
  const given = Object.keys(schema.shape).map((name) => [name, raw[name]]);
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  throw refusal(schema, result.error.issues[0]?.path ?? [], raw);
}

/**
 * Reads the options of a command that stands below another one, whose options commander takes wherever they stand.
 *
 * @throws UserError `usage` as {@link parseOptions}, and naming an option that only the command above has
 */
export function parseOptionsBelow<T extends OptionsSchema>(schema: T, command: Command): z.output<T> {
  const flags = Object.values(schema.shape)
    .map(textOf)
    .filter(({ oldNameOf }) => oldNameOf === undefined)
    .map(flagOf);
  // What the program itself has, every command has.
  for (let above = command.parent; above?.parent; above = above.parent) {
    for (const option of above.options) {
      const name = option.attributeName();
      if (above.getOptionValueSource(name) !== 'cli' || name in schema.shape) continue;
      throw new UserError(
        'usage',
        `${option.long ?? option.flags}: is an option of "${pathOf(above)}", not of "${pathOf(command)}", which has ` +
          `${flags.join(', ')}. Leave it out.`,
      );
    }
  }
  return parseOptions(schema, command.optsWithGlobals());
}

/** Such as `gan-bench runs prune`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function refusal(schema: OptionsSchema, [name, index]: readonly PropertyKey[], raw: RawOptions): UserError {
  const text = textOf(schema.shape[String(name)]);
  const { allowed = 'a text', words = [] } = text;
  const values: unknown = raw[String(name)];
  const found: unknown = Array.isArray(values) && typeof index === 'number' ? values[index] : values;
  const shown = printable(JSON.stringify(found));
  return new UserError(
    'usage',
    `${flagOf(text)}: found ${shown}; allowed: ${allowed}${hintFor(String(found), words)}`,
  );
}

/** Without what its value is called. */
function flagOf({ flags }: OptionText): string {
  return flags.split(' ')[0] ?? flags;
}

function textOf(option: z.ZodType | undefined): OptionText {
  const text = option && optionTexts.get(option);
  if (text === undefined) throw new Error('an option has no help text');
  return text;
}
