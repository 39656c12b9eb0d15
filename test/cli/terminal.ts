interface Row {
  cells: string[];
  /** The line was too long, and goes on in the next row. */
  isBroken: boolean;
}

/** A control sequence, or one character. */
const TOKENS = new RegExp(String.raw`${'\u001b'}\[(\d*)([A-Z])|[^]`, 'gu');

const emptyRow = (): Row => ({ cells: [], isBroken: false });

/**
 * What a terminal makes of a text: lines too long are broken, the window scrolls and nothing above it can be reached,
 * and a window that is drawn narrower or wider breaks its lines anew (as most do). Of the control sequences it knows
 * CUU, EL and ED, the latter two without a number.
 */
export class Terminal {
  #columns: number;
  #height: number;
  /** All since the beginning; the last ones are in the window. */
  #rows: Row[] = [emptyRow()];
  #row = 0;
  /** Where a line fills its row, the cursor is behind the last column: only the next character goes on below. */
  #column = 0;

  constructor(columns: number, height: number) {
    this.#columns = columns;
    this.#height = height;
  }

  write(text: string): void {
    for (const [token, number, letter] of text.matchAll(TOKENS)) {
      if (letter !== undefined) this.#control(letter, number);
      else if (token === '\r') this.#column = 0;
      else if (token === '\n') this.#newLine();
      else this.#put(token);
    }
  }

  resize(columns: number, height: number): void {
    const lines = this.#logicalLines();
    const { line, offset } = this.#cursor();
    [this.#columns, this.#height] = [columns, height];
    this.#rows = [];
    for (const [index, cells] of lines.entries()) {
      const first = this.#rows.length;
      do this.#rows.push({ cells: cells.splice(0, columns), isBroken: cells.length > 0 });
      while (cells.length > 0);
      if (index !== line) continue;
      const below = offset === 0 ? 0 : Math.ceil(offset / columns) - 1;
      this.#row = first + below;
      this.#column = offset - (below === 0 ? 0 : below * columns);
    }
  }

  /** Whole lines, without what is blank below the cursor and the text. */
  lines(): string[] {
    const lines = this.#logicalLines().map((cells) => cells.join(''));
    const last = Math.max(
      this.#cursor().line,
      lines.findLastIndex((line) => line !== ''),
    );
    return lines.slice(0, last + 1);
  }

  #put(character: string): void {
    if (this.#column === this.#columns) {
      this.#at(this.#row).isBroken = true;
      this.#newLine();
      this.#column = 0;
    }
    const { cells } = this.#at(this.#row);
    while (cells.length < this.#column) cells.push(' ');
    cells[this.#column] = character;
    this.#column += 1;
  }

  #newLine(): void {
    this.#row += 1;
    this.#column = 0;
    if (this.#row === this.#rows.length) this.#rows.push(emptyRow());
  }

  #control(letter: string, number = ''): void {
    const top = Math.max(0, this.#rows.length - this.#height);
    if (letter === 'A') this.#row = Math.max(top, this.#row - (number === '' ? 1 : Number(number)));
    else if (letter === 'K') this.#clearLine();
    else if (letter === 'J') {
      this.#clearLine();
      for (let row = this.#row + 1; row < this.#rows.length; row++) this.#rows[row] = emptyRow();
    } else throw new Error(`this terminal does not know CSI ${letter}`);
  }

  /** Behind the last column it clears the last one. */
  #clearLine(): void {
    const row = this.#at(this.#row);
    row.cells.length = Math.min(row.cells.length, this.#column, this.#columns - 1);
    row.isBroken = false;
  }

  #at(index: number): Row {
    const row = this.#rows[index];
    if (row === undefined) throw new Error('the cursor has left the terminal');
    return row;
  }

  #logicalLines(): string[][] {
    const lines: string[][] = [];
    let isNew = true;
    for (const { cells, isBroken } of this.#rows) {
      if (isNew) lines.push([...cells]);
      else lines.at(-1)?.push(...cells);
      isNew = !isBroken;
    }
    return lines;
  }

  /** In which line it is, and how far from its start. */
  #cursor(): { readonly line: number; readonly offset: number } {
    let [line, start] = [0, 0];
    for (let row = 0; row < this.#row; row++) {
      if (this.#at(row).isBroken) continue;
      line += 1;
      start = row + 1;
    }
    const above = this.#rows.slice(start, this.#row).reduce((sum, { cells }) => sum + cells.length, 0);
    return { line, offset: above + this.#column };
  }
}
