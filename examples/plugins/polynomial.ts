// A learning rate that falls along a polynomial to 0, as in DeepLab: schedule.decay = { polynomial/decay: { power: 2 } }.
import { definePlugin, defineSchedule, z } from 'gan-bench';

const decay = defineSchedule({
  options: z.strictObject({
    power: z.number().positive().default(0.9).describe('Of the polynomial; 1 is a straight line.'),
  }),
  // η·(1 − k/n)^power, k epochs after the warm-up, of the n that the run has after it.
  create:
    ({ power }) =>
    ({ learningRate, epoch, epochs }) =>
      learningRate * (1 - epoch / epochs) ** power,
});

export const plugin = definePlugin({
  meta: { name: 'polynomial', version: '1.0.0', apiVersion: 1 },
  schedules: { decay },
});
