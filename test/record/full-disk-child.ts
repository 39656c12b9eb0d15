import { messageOf } from '../../src/errors.js';
import { csvRecorder } from '../../src/record/recorders.js';
import { epochEvent, runStarted } from './events.js';

/* Records epoch after epoch into the folder it is given until a file cannot grow, and writes the error's message. */
const [folder = ''] = process.argv.slice(2);
const recorder = csvRecorder(folder, { everySteps: 0 });

async function record(): Promise<string> {
  await recorder.on(runStarted());
  for (let epoch = 1; epoch <= 1000; epoch++) await recorder.on(epochEvent(epoch));
  return 'no error';
}

process.stdout.write(await record().catch(messageOf));
