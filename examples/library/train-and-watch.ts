// Trains a configuration, watches it, and stops it in the middle.
import { loadConfig, train } from 'gan-bench';

/**
 * Trains a few steps of the smallest preset and says how each goes.
 *
 * @param stopAfter - The step after which the run is stopped, with a checkpoint to go on from.
 * @returns how the run ended
 */
export async function trainAndWatch(
  output: string,
  stopAfter: number,
  say: (line: string) => void,
): Promise<string> {
  const config = await loadConfig('smoke', {
    set: ['batchSize=10', 'maxSteps=5', 'dataset.trainSamples=100', 'dataset.testSamples=100'],
    backend: 'wasm',
    output,
  });
  const controller = new AbortController();
  let end = 'it told nothing';
  // The next piece of work starts when the next event is asked for.
  for await (const event of train(config, { signal: controller.signal })) {
    if (event.type === 'step') say(`step ${event.step}: loss ${event.loss.toFixed(3)}`);
    if (event.type === 'step' && event.step === stopAfter) controller.abort();
    if (event.type === 'seed-ended') end = event.outcome;
  }
  return end;
}
