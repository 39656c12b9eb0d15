import process from 'node:process';

/** The command that goes on where the one with these arguments was stopped, fit to be pasted into a shell. */
export function resumeCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const resume = options.includes('--resume') ? [] : ['--resume'];
  return typedCommand([...options, ...resume, ...args.slice(options.length)], env);
}

/** The command with these arguments, fit to be pasted into a shell. */
export function typedCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  // npm says so where `npx gan-bench` was typed; without npx the command may not be found.
  const program = env['npm_command'] === 'exec' ? ['npx', 'gan-bench'] : ['gan-bench'];
  return quoteWords([...program, ...args]);
}

/** Words as a POSIX shell reads them back; those with characters that are not shown in the
 * form that bash and zsh know. */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = word.replace(/[\\'\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\\' || character === "'" ? `\\${character}` : escapeCharacter(character),
  );
  return `$'${escaped}'`;
}

function escapeCharacter(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
}
