import { readFrozen } from '../../src/sweep/frozen.js';
import { startWorker } from '../../src/sweep/worker.js';

/** A parent that starts a worker for the first member of a frozen sweep, says so, and is to be killed. */
const [file = ''] = process.argv.slice(2);
const [member] = (await readFrozen(file)).members;
if (member === undefined) throw new Error('there is no member');
startWorker({
  ...{ file, member, args: ['--offline'] },
  share: { processors: undefined, threads: 1, gpu: undefined },
  onNews: (news) => {
    if (news.type === 'progress' && news.step > 0) process.stdout.write('training\n');
  },
});
