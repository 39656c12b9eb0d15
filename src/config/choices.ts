import type { z } from 'zod';

/** Names of which a configuration chooses one, and the keys that only the chosen one reads. */
class Choices<Name extends string, Keys extends z.ZodRawShape> {
  readonly names: readonly Name[];
  /** The keys of all; two that read the same key give the same type for it. */
  readonly keys: Keys;

  constructor(names: readonly Name[], keys: Keys) {
    this.names = names;
    this.keys = keys;
  }

  /** One choice more. */
  or<Other extends string, More extends z.ZodRawShape>(
    name: Other,
    keys: More,
  ): Choices<Name | Other, Keys & More> {
    return new Choices<Name | Other, Keys & More>([...this.names, name], { ...this.keys, ...keys });
  }
}

/** The first choice. */
export function choice<Name extends string, Keys extends z.ZodRawShape>(
  name: Name,
  keys: Keys,
): Choices<Name, Keys> {
  return new Choices([name], keys);
}
