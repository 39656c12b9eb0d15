import type { z } from 'zod';

/** Names of which a configuration chooses one, and the keys that only the chosen one reads. */
class Choices<Name extends string, Keys extends z.ZodRawShape> {
  readonly names: readonly Name[];
  /** The keys of all; two that read the same key give the same type for it. */
  readonly keys: Keys;
  readonly #read: ReadonlyMap<string, readonly string[]>;

  constructor(names: readonly Name[], keys: Keys, read: ReadonlyMap<string, readonly string[]>) {
    this.names = names;
    this.keys = keys;
    this.#read = read;
  }

  /** The keys that a choice does not read; a name that is none of them reads none. */
  unread(name: string): string[] {
    const read = this.#read.get(name) ?? [];
    return Object.keys(this.keys).filter((key) => !read.includes(key));
  }

  /** One choice more. */
  or<Other extends string, More extends z.ZodRawShape>(
    name: Other,
    keys: More,
  ): Choices<Name | Other, Keys & More> {
    const read = new Map([...this.#read, [name, Object.keys(keys)]]);
    return new Choices<Name | Other, Keys & More>([...this.names, name], { ...this.keys, ...keys }, read);
  }
}

/** The first choice. */
export function choice<Name extends string, Keys extends z.ZodRawShape>(
  name: Name,
  keys: Keys,
): Choices<Name, Keys> {
  return new Choices([name], keys, new Map([[name, Object.keys(keys)]]));
}
