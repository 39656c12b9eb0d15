// A command of gan-bench in a process of its own, which says at its end what it took.
import process from 'node:process';

import { main } from '../../src/cli/program.js';
import { memoryOf } from '../support/process-memory.js';

process.exitCode = await main(process.argv.slice(2));
const { userCPUTime, systemCPUTime } = process.resourceUsage();
const { peakRssBytes } = await memoryOf(process.pid);
process.send?.({ processorSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssBytes });
