// Provides the native library and the kernels: `npm run setup -- --help`.
import process from 'node:process';

import { setupDescription, setupHelp, setupOptionsSchema } from '../src/setup/options.js';
import { setUp } from '../src/setup/set-up.js';
import { summarize } from '../src/setup/summary.js';
import { readScriptOptions, reportFailure } from './support/script.js';
import { StreamProgress } from './support/stream-progress.js';

// A reader who went away (`npm run setup | head`) misses the rest; what is provided is provided.
process.stdout.on('error', () => undefined);

try {
  const options = readScriptOptions(process.argv.slice(2), setupOptionsSchema, {
    name: 'setup',
    description: setupDescription,
    help: setupHelp,
  });
  const progress = new StreamProgress(process.stdout);
  progress.note('gan-bench setup');
  process.stdout.write(`\n${summarize(await setUp(options, progress))}`);
} catch (error) {
  reportFailure('setup', error);
}
