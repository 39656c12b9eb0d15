const LONGEST_LINE = 300;

/** The last lines of what a process writes, in little memory however much it is. */
export class Tail {
  readonly #most: number;
  #lines: string[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Takes one of its streams, whose lines are its own. */
  stream(): { readonly write: (text: string) => void; readonly end: () => void } {
    let rest = '';
    return {
      write: (text) => {
        const lines = `${rest}${text}`.split('\n');
        // What goes beyond the longest line is not shown, so it is not kept either.
        rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
        this.#add(lines);
      },
      end: () => {
        this.#add(rest === '' ? [] : [rest]);
        rest = '';
      },
    };
  }

  #add(lines: readonly string[]): void {
    const cut = lines.slice(-this.#most).map((line) => {
      const text = line.trimEnd();
      return text.length <= LONGEST_LINE ? text : `${text.slice(0, LONGEST_LINE - 1)}…`;
    });
    this.#lines = [...this.#lines, ...cut].slice(-this.#most);
  }
}
