import { openEngine } from '../src/tensor/backend.js';
import { loadDataset } from '../src/data/cifar.js';
import { Stepper } from '../src/bench/stepper.js';
import { vit, VIT_SHAPES } from '../src/models/vit.js';
import { createOptimizer } from '../src/optim/registry.js';
import { OptimizerSchema } from '../src/config/optimizer.js';
const precision = (process.argv[2] ?? 'float32') as 'float32';
const batch = Number(process.argv[3] ?? 128);
const steps = Number(process.argv[4] ?? 6);
const engine = await openEngine({ backend: 'tensorflow', precision });
const dataset = await loadDataset({ name: 'cifar100-mini', directory: '' });
const settings = OptimizerSchema.parse('gan');
const s = new Stepper(engine, dataset, { batchSize: batch, learningRate: 1e-3, methods: {
  model: (t) => vit(VIT_SHAPES.tiny, 'class', t), optimizer: (e, l) => createOptimizer(e, settings, l), learningRate: () => 1e-3, foreign: [] } });
for (let i = 0; i < steps; i++) { const ph: Record<string, number> = {}; const t = performance.now(); let p = t;
  const r = await s.step((name) => { const n = performance.now(); ph[name] = Math.round(n - p); p = n; }); console.log(Math.round(performance.now() - t), r.loss.toFixed(4), JSON.stringify(ph), engine.liveTensors(), Math.round(process.memoryUsage().rss / 2**20)); }
