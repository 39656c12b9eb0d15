import { fileURLToPath, URL } from 'node:url';

import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The examples import the package by its name, as whoever has installed it does.
  resolve: { alias: { 'gan-bench': fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    // The TensorFlow addon cannot be loaded by a second worker thread of one process.
    pool: 'forks',
    // Much of the time a test waits for one thread of a process that it has started: none of the processors is spared.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
