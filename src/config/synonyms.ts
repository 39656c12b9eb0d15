/**
 * What other programs call a key or a value, where neither spelling, initials nor beginning lead to it. Written without
 * case and punctuation; the keys' paths are in the order in which they are offered.
 */
export const KEY_SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['arch', ['model']],
  ['architecture', ['model']],
  ['backbone', ['model']],
  ['net', ['model']],
  ['network', ['model']],
  ['device', ['backend']],
  ['engine', ['backend']],
  ['dtype', ['precision']],
  ['amp', ['precision']],
  ['iterations', ['maxSteps']],
  ['iters', ['maxSteps']],
  ['inherit', ['extends']],
  ['parent', ['extends']],
  ['folder', ['output']],
  ['dir', ['output']],
  ['type', ['optimizer.base', 'dataset.name']],
  ['name', ['optimizer.base', 'dataset.name']],
  ['transform', ['optimizer.gradient']],
  ['eta', ['optimizer.learningRate']],
  ['lambda', ['optimizer.weightDecay']],
  ['l2', ['optimizer.weightDecay']],
  ['maxnorm', ['optimizer.clipNorm']],
  ['etamin', ['schedule.decay.cosine.minimum']],
  ['gamma', ['schedule.decay.step.factor', 'schedule.decay.multistep.factor']],
  ['stepsize', ['schedule.decay.step.every']],
  ['milestones', ['schedule.decay.multistep.at']],
  ['interval', ['log.everySteps', 'checkpoint.everyEpochs']],
]);

export const VALUE_SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['bf16', 'bfloat16'],
  ['fp32', 'float32'],
  ['tf', 'tensorflow'],
  ['znorm', 'zscore'],
  ['standard', 'crop-flip'],
]);
