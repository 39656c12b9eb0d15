import { dirname } from 'node:path';

import { UserError } from '../errors.js';
import { reasonOf, replaceFile } from '../record/files.js';
import { makeFolder } from '../support/folder.js';
import { printable } from '../support/text.js';

/**
 * Writes a file that a command makes of runs, and the folders above it. One that is there is replaced in one step.
 * @throws UserError `io` naming the file
 */
export async function writeMade(
  file: string,
  content: string | Uint8Array | AsyncIterable<string>,
): Promise<void> {
  try {
    await makeFolder(dirname(file));
    await replaceFile(file, content);
  } catch (error) {
    // What the content is made of may be what could not be read.
    if (error instanceof UserError) throw error;
    throw new UserError(
      'io',
      `${printable(file)}: could not be written: ${reasonOf(error)}. Mend that, or name another place with --out.`,
      { cause: error },
    );
  }
}
