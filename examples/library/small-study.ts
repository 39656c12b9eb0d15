// A study from its file to its answer: every run, the comparison with AdamW, and the report.
import { compare, report, sweep } from 'gan-bench';

/**
 * Trains the runs of a sweep file that are not finished, compares them and writes a report beside them.
 *
 * @returns the table, and the path of the page
 */
export async function smallStudy(
  file: string,
  output: string,
  say: (line: string) => void,
): Promise<{ readonly table: string; readonly page: string | undefined }> {
  const overrides = {
    set: ['batchSize=10', 'maxSteps=2', 'epochs=1', 'dataset.trainSamples=100', 'dataset.testSamples=100'],
    backend: 'wasm',
    output,
  };
  for await (const event of sweep(file, { overrides, workers: { count: 2, threads: 1 } })) {
    if (event.type === 'member-finished') say(`${event.member}, seed ${event.seed}: done`);
    if (event.type === 'member-failed') say(`${event.member}, seed ${event.seed}: ${event.reason}`);
  }
  const places = [`${output}/smoke`];
  const comparison = await compare(places, { baseline: ['optimizer=adamw'] });
  const { files } = await report(places, { baseline: ['optimizer=adamw'] });
  return { table: comparison.toLines().join('\n'), page: files[0] };
}
