/** A number and its noun: `1 epoch`, `3 epochs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A share in percent, `22.93 %`. */
export function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A time span in words: `45 s`, `12 min`, `3 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (Math.round(seconds) < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

const BYTE_UNITS = ['kB', 'MB', 'GB'] as const;

/** A size in decimal units: `0 B`, `512 B`, `3.4 MB`. */
export function formatBytes(bytes: number): string {
  let [shown, name] = [bytes, 'B'];
  for (const unit of BYTE_UNITS) {
    if (shown < 1000) break;
    [shown, name] = [shown / 1000, unit];
  }
  return name === 'B' ? `${shown} B` : `${shown.toFixed(1)} ${name}`;
}

const LONGEST = 200;

/** Control, format, line and paragraph separating characters, and halves of characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text that somebody else wrote, made fit for one line of a terminal: control characters (escape sequences and line
 * ends among them) are written as in JSON, and what is too long is cut.
 */
export function printable(text: string, longest = LONGEST): string {
  const escaped = text.replace(INVISIBLE, escapeCharacter);
  return escaped.length <= longest ? escaped : `${escaped.slice(0, longest - 1)}…`;
}

/** Lines of text in which whatever a terminal might obey is written as in JSON; JSON stays what it says. */
export function visible(lines: string): string {
  return lines.replace(INVISIBLE, (character) =>
    character === '\n' ? character : escapeCharacter(character),
  );
}

function escapeCharacter(character: string): string {
  const short = JSON.stringify(character).slice(1, -1);
  if (short !== character) return short;
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}
