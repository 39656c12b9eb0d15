import { expect, it } from 'vitest';
import { groupRuns } from '../../src/analysis/groups.js';
import { TidyCsv } from '../../src/report/tidy-csv.js';
import { studyRun } from '../analysis/runs.js';

it('puts quotes around what needs them, and leaves a field empty for a column that is not there', () => {
  const run = studyRun({ seed: 7, outcome: 'running' });
  const [group] = groupRuns([run]).groups;
  if (group === undefined) throw new Error('no group');
  const csv = new TidyCsv(['a.key', 'b.key'], ['epoch', 'new', 'words']);
  const text = csv.rowsOf(
    { group: { ...group, settings: new Map([['a.key', '[1,2]']]) }, label: 'a "b"', run },
    {
      columns: ['words', 'epoch'],
      rows: [
        ['x', '1'],
        ['', '2'],
      ],
    },
  );
  expect(csv.header() + text).toBe(
    'a.key,b.key,label,seed,outcome,epoch,new,words\n' +
      '"[1,2]",,"a ""b""",7,running,1,,x\n' +
      '"[1,2]",,"a ""b""",7,running,2,,\n',
  );
});
