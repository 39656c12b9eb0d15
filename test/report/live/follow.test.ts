import { expect, it } from 'vitest';
import { follow } from '../../../src/report/live/follow.js';

async function* each(...texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) yield await Promise.resolve(text);
}

/** What is told of builds of which the n-th is as given: a result, or an error. */
async function told(fingerprints: readonly string[], builds: readonly (string | Error)[]): Promise<string[]> {
  const news: string[] = [];
  let next = 0;
  const build = (): Promise<string> => {
    const result = builds[next++] ?? 'more than expected';
    return typeof result === 'string' ? Promise.resolve(result) : Promise.reject(result);
  };
  await follow(
    { fingerprints: each(...fingerprints), build },
    {
      built: (result) => news.push(result),
      failed: (message) => news.push(`failed: ${message}`),
    },
  );
  return news;
}

it('builds at first and when something has changed', async () => {
  expect(await told(['a', 'a', 'b', 'b', 'a'], ['one', 'two', 'three'])).toEqual(['one', 'two', 'three']);
  expect(await told([], [])).toEqual([]);
});

it('goes on after a build that failed, at the next change', async () => {
  const failure = new Error('half a file');
  expect(await told(['a', 'a', 'b'], [failure, 'two'])).toEqual(['failed: half a file', 'two']);
});

it('never builds twice at once', async () => {
  let [running, most] = [0, 0];
  const build = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
  };
  await follow(
    { fingerprints: each('a', 'b', 'c'), build },
    { built: () => undefined, failed: (why) => expect.fail(why) },
  );
  expect(most).toBe(1);
});
