import { messageOf, UserError } from '../errors.js';

/** Whose code it is. */
export interface Origin {
  /** The name of the plug-in. */
  readonly plugin: string;
  /** Its file. */
  readonly file: string;
}

/** Calls a plug-in's method, and names it in whatever goes wrong. */
export class Guard {
  /** `the transform sign of the plug-in mine (/home/me/sign.ts)` */
  readonly words: string;

  constructor(word: string, method: string, { plugin, file }: Origin) {
    this.words = `the ${word} ${method} of the plug-in ${plugin} (${file})`;
  }

  /**
   * What a part of it returns.
   *
   * @throws UserError what it has thrown, under its name: `plugin`, unless it is a UserError of another kind
   */
  call<T>(part: string, run: () => T): T {
    try {
      const result = withoutMathRandom(run);
      if (result instanceof Promise)
        throw new Error('it returns a promise; allowed: what it promises, at once');
      return result;
    } catch (error) {
      const code = error instanceof UserError ? error.code : 'plugin';
      throw new UserError(code, this.#sentence(part, messageOf(error)), { cause: error });
    }
  }

  /** Refuses what a part of it has returned. */
  refuse(part: string, found: string): never {
    throw new UserError('plugin', this.#sentence(part, found));
  }

  #sentence(part: string, what: string): string {
    return `${this.words}: ${part}: ${what}`;
  }
}

/** Numbers of Math.random are not the run's: nobody could repeat it, nor go on with it. */
function forbidden(): never {
  throw new Error(
    'it uses Math.random, whose numbers no seed repeats; take those of `random`, which it is given',
  );
}

/** Runs something that must not ask for random numbers of its own. */
export function withoutMathRandom<T>(run: () => T): T {
  const allow = forbidMathRandom();
  try {
    return run();
  } finally {
    allow();
  }
}

/** From now on nobody may. @returns what ends that */
export function forbidMathRandom(): () => void {
  const { random } = Math;
  Math.random = forbidden;
  return () => {
    Math.random = random;
  };
}
