import { expect, it } from 'vitest';

import { Guard } from '../../src/plugin/guard.js';

it('a promise is refused by name, as no step waits for one', () => {
  const guard = new Guard('transform', 'bad', { plugin: 'mine', file: '/home/me/mine.ts' });
  expect(() => guard.call('update', () => Promise.resolve({}))).toThrow(
    'the transform bad of the plug-in mine (/home/me/mine.ts): update: it returns a promise; allowed: what it promises, at once',
  );
});
