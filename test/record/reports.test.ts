import { expect, it } from 'vitest';

import { metricsTable } from '../../src/record/tables/metrics.js';
import { withReports } from '../../src/record/tables/reports.js';

it('a report with the name of another column is refused', () => {
  const report = { name: 'train_loss', unit: '', meaning: 'A number.', ofEpoch: 'mean' } as const;
  expect(() => withReports(metricsTable, [report])).toThrow('metrics.csv has a column train_loss');
});
