import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  addOptions,
  countFrom,
  flagOption,
  optionTexts,
  parseOptions,
  parseOptionsBelow,
} from '../../src/support/options.js';

const schema = z.strictObject({
  colour: z
    .enum(['red', 'green'])
    .default('red')
    .register(optionTexts, {
      flags: '--colour <name>',
      help: 'of the wall',
      allowed: 'red, green',
      words: ['red', 'green'],
    }),
  coats: countFrom(1).optional().register(optionTexts, {
    flags: '--coats <n>',
    help: 'layers',
    allowed: 'a whole number of at least 1',
  }),
  room: z
    .array(z.string())
    .default([])
    .register(optionTexts, { flags: '--room <name>', help: 'where', repeatable: true }),
  dry: flagOption('--dry', 'no paint'),
  hue: z
    .string()
    .optional()
    .register(optionTexts, { flags: '--hue <name>', help: 'of old', oldNameOf: 'colour' }),
});

function paint(): Command {
  return addOptions(new Command('paint').argument('[wall]'), schema).exitOverride();
}

const read = (...args: string[]) =>
  parseOptions(schema, paint().parse(args, { from: 'user' }).opts<Record<string, unknown>>());

describe('declared options', () => {
  it('have their defaults', () => {
    expect(read()).toEqual({ colour: 'red', coats: undefined, room: [], dry: false });
  });

  it('are read as what they are; a repeatable one leaves the argument after it alone', () => {
    const words = ['--room', 'a', 'wall', '--room', 'b', '--coats', '2', '--dry', '--colour', 'green'];
    expect(read(...words)).toEqual({ colour: 'green', coats: 2, room: ['a', 'b'], dry: true });
    expect(paint().parse(words, { from: 'user' }).args).toEqual(['wall']);
  });

  it('refuse a wrong value with the option, what was found, what is allowed and what was meant', () => {
    const refuse = (...args: string[]) => expect(() => read(...args));
    refuse('--colour', 'gren').toThrow('--colour: found "gren"; allowed: red, green; did you mean "green"?');
    refuse('--coats', '0').toThrow('--coats: found "0"; allowed: a whole number of at least 1');
    refuse('--coats', '0').toThrow(expect.objectContaining({ code: 'usage', exitCode: 2 }));
  });

  it('show a value that a terminal would obey as text, and cut', () => {
    expect(() => read('--colour', '\u009b31m')).toThrow('--colour: found "\\u009b31m"; allowed');
    expect(() => read('--colour', 'x'.repeat(1000))).toThrow(/found "x{198}…; allowed/);
  });

  it('do without their old names in the help, which may not be given with the new ones', () => {
    expect(paint().helpInformation()).not.toContain('--hue');
    expect(read('--hue', 'green')).toMatchObject({ hue: 'green' });
    const both = paint().configureOutput({ writeErr: () => undefined });
    expect(() => both.parse(['--hue', 'green', '--colour', 'red'], { from: 'user' })).toThrow(
      "option '--hue <name>' cannot be used with option '--colour <name>'",
    );
  });

  it('say in the help what they default to and which may be repeated', () => {
    const help = paint().helpInformation();
    expect(help).toMatch(/--colour <name> +of the wall \(default: red\)$/m);
    expect(help).toMatch(/--coats <n> +layers$/m);
    expect(help).toMatch(/--room <name> +where \(repeatable\)$/m);
    expect(help).toMatch(/--dry +no paint$/m);
  });
});

describe('options of a command below another', () => {
  const below = z.strictObject({
    dry: flagOption('--dry', 'no paint'),
    wet: flagOption('--wet', 'much paint'),
  });

  function read(...args: string[]): unknown {
    const found: unknown[] = [];
    const strip = addOptions(new Command('strip'), below).action((_own: unknown, self: Command) => {
      found.push(parseOptionsBelow(below, self));
    });
    const program = new Command('house').option('--debug').exitOverride();
    program.addCommand(paint().addCommand(strip)).parse(args, { from: 'user' });
    return found[0];
  }

  it('are its own, those that both have, and those of the program', () => {
    expect(read('paint', 'strip', '--dry', '--wet', '--debug')).toEqual({ dry: true, wet: true });
    expect(read('paint', '--dry', 'strip')).toEqual({ dry: true, wet: false });
  });

  it.each([
    ['paint', 'strip', '--colour', 'red'],
    ['paint', '--room', 'a', 'strip', '--wet'],
  ])('refuse those that only the other has: %j', (...args) => {
    const text =
      /^--(colour|room): is an option of "house paint", not of "house paint strip", which has --dry, --wet\. /;
    expect(() => read(...args)).toThrow(text);
    expect(() => read(...args)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
