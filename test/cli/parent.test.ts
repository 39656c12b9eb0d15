import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect, it } from 'vitest';

import { connectParent } from '../../src/cli/parent.js';
import { typescriptArguments } from '../support/typescript-child.js';

it('a process whose parent is gone ends, even when it hears of nothing', async () => {
  const child = new URL('orphan-child.ts', import.meta.url).pathname;
  // The shell is the parent, and waits for a line that never comes.
  const parent = spawn(
    'sh',
    ['-c', '"$@" & read -r line', 'sh', process.execPath, ...typescriptArguments, child],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  // Both have it open, so it closes when both have ended.
  const closed = once(parent.stdout, 'close');
  await once(parent.stdout, 'data');
  parent.kill('SIGKILL');
  await closed;
});

it('a command that was typed has no parent that listens', () => {
  const channel = Object.getOwnPropertyDescriptor(process, 'send');
  try {
    Reflect.deleteProperty(process, 'send');
    expect(connectParent()).toBeUndefined();
  } finally {
    if (channel !== undefined) Object.defineProperty(process, 'send', channel);
  }
});
