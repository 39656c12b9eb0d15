// The line that tells most of a measurement: `node digest.js FILE`, of what `gan-bench bench --json` or pytorch.py printed.
import { readFileSync } from 'node:fs';
import process from 'node:process';

import { UserError } from '../../src/errors.js';
import { reportFailure } from '../support/script.js';
import { digestOf } from './measured.js';

try {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new UserError('usage', 'digest: which file?');
  console.log(digestOf(readFileSync(file, 'utf8')));
} catch (error) {
  reportFailure('digest', error);
}
