/**
 * The one-way road through src/: which folder may import which.
 * A folder may always import itself and the leaves: src/errors.ts and src/support/.
 */
const mayImport = {
  support: [],
  config: [],
  data: [],
  tensor: [],
  nn: ['tensor'],
  models: ['nn', 'tensor'],
  optim: ['tensor'],
  train: ['config', 'data', 'tensor', 'nn', 'models', 'optim'],
  record: ['config', 'train'],
  setup: ['tensor'],
  bench: ['data', 'tensor', 'nn', 'models', 'optim', 'train'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-imports-cli',
      severity: 'error',
      from: { path: '^src/(?!cli/)' },
      to: { path: '^src/cli/' },
    },
    ...Object.entries(mayImport).map(([folder, allowed]) => ({
      name: `${folder}-imports`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: {
        path: '^src/',
        pathNot: `^src/(${[folder, ...allowed].join('|')})/|^src/errors\\.ts$|^src/support/`,
      },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
