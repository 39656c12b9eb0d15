import { z } from 'zod';

/** A field of a CSV file that is read as `read` says; `allowed` completes the message about any other. */
function field<Value>(allowed: string, read: (text: string) => Value | undefined) {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
}

function readNumber(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || (Number.isNaN(value) && text !== 'NaN') ? undefined : value;
}

/** Any number, NaN among them. */
export const number = () => field('a number', readNumber);

export const wholeNumber = () =>
  field('a whole number', (text) => (/^\d+$/.test(text) ? Number(text) : undefined));

/** A number from 0 to 1. */
export const share = () =>
  field('a number from 0 to 1', (text) => {
    const value = readNumber(text);
    return value !== undefined && value >= 0 && value <= 1 ? value : undefined;
  });

/** Any text but none. */
export const word = () => field('a word', (text) => (text === '' ? undefined : text));

/** undefined where the field is empty. */
export const orEmpty = <Value>(type: z.ZodType<Value, string>) =>
  z.string().transform((text, context): Value | undefined => {
    if (text === '') return undefined;
    const { data, error } = type.safeParse(text);
    if (error === undefined) return data;
    context.addIssue({
      code: 'custom',
      message: `${error.issues[0]?.message ?? 'nothing'}, or an empty field`,
    });
    return z.NEVER;
  });
