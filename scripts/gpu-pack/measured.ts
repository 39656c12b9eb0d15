import { medianOf } from '../../src/bench/measurement.js';
import { type BenchReport, benchReportSchema } from '../../src/cli/bench-report.js';
import { UserError } from '../../src/errors.js';
import { readySchema, turnSchema } from '../bench-peers/protocol.js';

/**
 * What was measured, in a line. Other output may stand around it.
 *
 * @param text - What `gan-bench bench --json` printed, or what pytorch.py did.
 * @throws UserError `io` when there is no whole measurement in it
 */
export function digestOf(text: string): string {
  const report = /^\{$[^]*?^\}$/m.exec(text)?.[0];
  return report === undefined
    ? digestOfTurns(text)
    : digestOfReport(benchReportSchema.parse(JSON.parse(report)));
}

function digestOfReport({ engine, rows }: BenchReport): string {
  const steps = rows.map(
    ({ optimizer, stepMilliseconds, imagesPerSecond, gflopPerSecond, matMul }) =>
      `${optimizer} ${stepMilliseconds.median.toFixed(2)} ms a step, ${imagesPerSecond.toFixed(0)} images/s, ` +
      `${gflopPerSecond.toFixed(0)} GFLOP/s (matMul ${matMul.gflopPerSecond.toFixed(0)})`,
  );
  return `${steps.join('; ')}; ${engine.devices.join(', ')}`;
}

/** Of the last turn: those before it are there to warm up. */
function digestOfTurns(text: string): string {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  const [first, ...turns] = lines.map((line): unknown => JSON.parse(line));
  const last = turns.at(-1);
  if (last === undefined) throw new UserError('io', 'there is no measurement in it');
  const { milliseconds } = turnSchema.parse(last);
  return `${medianOf(milliseconds).toFixed(2)} ms a step; ${readySchema.parse(first).ready}`;
}
