#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { URL } from 'node:url';

const program = new URL('../dist/src/cli/program.js', import.meta.url);

/**
 * Why the program cannot start here, if it cannot.
 *
 * @returns {string | undefined}
 */
function obstacle() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const [wantedMajor = 0, wantedMinor = 0] = String(engines.node).replace('>=', '').split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    return `Node ${process.versions.node} is too old: ${engines.node} is needed. See https://nodejs.org.`;
  }
  if (!existsSync(program)) {
    return 'the program is not compiled yet. Run `npm run setup`.';
  }
  return undefined;
}

const reason = obstacle();
if (reason === undefined) {
  /** @type {typeof import('../src/cli/program.js')} */
  const { main } = await import(program.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write(`gan-bench: ${reason}\n`);
  process.exitCode = 1;
}
