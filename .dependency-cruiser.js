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
  models: ['config', 'nn', 'tensor'],
  optim: ['config', 'tensor'],
  train: ['config', 'data', 'tensor', 'nn', 'optim'],
  record: ['config', 'train'],
  sweep: ['config', 'record'],
  analysis: ['config', 'record'],
  report: ['analysis'],
  setup: ['tensor'],
  plugin: ['config', 'tensor', 'nn', 'models', 'optim', 'train'],
  conformance: ['config', 'tensor', 'nn', 'models', 'optim', 'plugin', 'train'],
  bench: ['config', 'data', 'tensor', 'nn', 'models', 'optim', 'plugin', 'train', 'record'],
};

/**
 * Inside src/tensor every engine has a folder of its own, opened by backend.ts. What an engine is made of concerns nobody
 * else, but for what set-up, doctor and the comparison with peers must know of the libraries that they load.
 */
const nativeLibrary = {
  users: '^src/cli/doctor(-checks)?\\.ts$|^src/setup/|^scripts/(bench-peers|gpu-pack)(/|\\.ts$)',
  files:
    '^src/tensor/(cache/|tensorflow/(native|native-check|native-paths|native-probe|kernel-library)\\.ts$|webgpu/(dawn|gpu-devices|probe)\\.ts$)',
};

const engineRules = [
  {
    name: 'engines-know-none-but-the-portable-one',
    comment: 'An engine may build on portable/ and load from cache/, and needs nothing of another engine.',
    from: { path: '^src/tensor/([^/]+)/' },
    to: { path: '^src/tensor/[^/]+/', pathNot: '^src/tensor/($1|portable|cache)/' },
  },
  {
    name: 'only-backend-opens-engines',
    comment: 'The interface, the tape and the operations know no engine.',
    from: { path: '^src/tensor/[^/]+$', pathNot: '^src/tensor/backend\\.ts$' },
    to: { path: '^src/tensor/[^/]+/' },
  },
  {
    name: 'engines-are-nobody-elses',
    comment: 'Ask tensor/backend.ts for an engine, and use it through tensor/engine.ts.',
    from: { path: '^(src|scripts|bin)/', pathNot: `^src/tensor/|${nativeLibrary.users}` },
    to: { path: '^src/tensor/[^/]+/' },
  },
  {
    name: 'only-the-native-library-is-looked-at',
    from: { path: nativeLibrary.users },
    to: { path: '^src/tensor/[^/]+/', pathNot: nativeLibrary.files },
  },
  {
    name: 'layers-do-not-look-into-features',
    comment: 'They take the type from tensor/operations.ts, and leave the contents to operations.',
    from: { path: '^src/', pathNot: '^src/tensor/' },
    to: { path: '^src/tensor/features\\.ts$' },
  },
];

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
    ...engineRules.map((rule) => ({ severity: 'error', ...rule })),
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
