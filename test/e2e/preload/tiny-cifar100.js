import process from 'node:process';
import { URL } from 'node:url';

// The official archive cannot be served by a test: another one, described in the environment, takes its place.
const { DATASETS } = await import(new URL('../../../dist/src/data/formats.js', import.meta.url).href);
DATASETS.cifar100 = JSON.parse(process.env['TINY_CIFAR100'] ?? '');
