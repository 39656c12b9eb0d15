import { endWithParent } from '../../src/cli/parent.js';

// A process that is in native code for ever, as far as its event loop can tell.
endWithParent({ patience: 2, pause: 50 });
process.stdout.write('ready\n', () => {
  for (;;) Math.random();
});
