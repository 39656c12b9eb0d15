import { quoteWords } from '../../support/shell-words.js';
import { directiveOf, type SbatchOption } from './options.js';

export interface BatchScript {
  /** What it is for, line by line. */
  readonly comment: readonly string[];
  readonly options: readonly SbatchOption[];
  /** Lines of shell that come first: what the user wants to be set up on a node. */
  readonly setup: readonly string[];
  /** The program with its arguments. */
  readonly command: readonly string[];
  /** Words of shell that follow the command as they are. */
  readonly rest?: string;
}

/** The text of a batch script, which `sbatch <file>` takes without more: all options are in it. */
export function scriptText({ comment, options, setup, command, rest }: BatchScript): string {
  const lines = [
    '#!/bin/bash',
    ...comment.map((line) => `# ${line}`),
    ...options.map(directiveOf),
    'set -e',
    '# The warning before the end is for the program, once it listens; it must not end what is set up.',
    "trap '' USR2",
    ...setup,
    `exec ${[quoteWords(command), ...(rest === undefined ? [] : [rest])].join(' ')}`,
  ];
  return `${lines.join('\n')}\n`;
}
