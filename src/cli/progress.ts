import type { TrainListener } from '../record/listener.js';
import { count, formatDuration, percent } from '../support/text.js';
import type { EpochMetrics, TrainEvent } from '../train/events.js';
import { barOf } from './bar.js';
import { fitLine } from './fit.js';
import type { Output } from './output.js';
import { Pace } from './pace.js';

export interface ProgressOptions {
  readonly output: Output;
  readonly quiet: boolean;
  /** The clock in milliseconds, for tests. */
  readonly now?: () => number;
}

type RunStarted = Extract<TrainEvent, { type: 'run-started' }>;
type Step = Extract<TrainEvent, { type: 'step' }>;

/** Shows a run as it goes: one line an epoch, on a terminal with a bar below them, nothing when quiet. */
export function progressDisplay({ output, quiet, now = Date.now }: ProgressOptions): TrainListener {
  let run: RunStarted | undefined;
  let bar: RunBar | undefined;
  const stop = (): void => {
    bar = undefined;
    output.setStatus(undefined);
  };
  if (quiet) return { on: () => undefined };
  return {
    on(event) {
      if (event.type === 'run-started') {
        run = event;
        output.tell(startLine(event));
        bar = new RunBar(output, event, now);
      } else if (event.type === 'step') bar?.step(event);
      else if (event.type === 'epoch' && run !== undefined) {
        output.tell(epochLine(run.seed, run.epochs, event.metrics, output.terminalColumns));
        bar?.epoch(event.metrics);
      } else if (event.type !== 'checkpoint') stop();
    },
    close: stop,
  };
}

/**
 * Such as `seed 42  epoch 3/200  lr 6e-4  loss 3.412  train 18.2 %  test 20.1 %  grad std 3.3e-3  412 img/s  12.3 s`, with
 * `validation 19.8 %` before `test` where there are validation images.
 */
export function epochLine(seed: number, epochs: number, metrics: EpochMetrics, columns?: number): string {
  return fitLine(
    [
      [7, `seed ${seed}`],
      [9, `epoch ${metrics.epoch}/${epochs}`],
      [1, `lr ${Number(metrics.learningRate.toPrecision(3)).toExponential()}`],
      [6, `loss ${metrics.trainLoss.toFixed(3)}`],
      [5, `train ${percent(metrics.trainAccuracy, 1)}`],
      [8, validationPart(metrics)],
      [8, `test ${percent(metrics.testAccuracy, 1)}`],
      [3, `grad std ${metrics.gradGlobalStd.toExponential(1)}`],
      [2, `${metrics.imagesPerSecond.toFixed(0)} img/s`],
      [4, `${metrics.epochSeconds.toFixed(1)} s`],
    ],
    columns,
  );
}

function validationPart({ validationAccuracy }: EpochMetrics): string {
  return validationAccuracy === undefined ? '' : `validation ${percent(validationAccuracy, 1)}`;
}

function startLine({ seed, epochs, stepsPerEpoch, totalSteps, resumedFrom }: RunStarted): string {
  const length = `${count(epochs, 'epoch')} of ${count(stepsPerEpoch, 'step')}`;
  const end = totalSteps < epochs * stepsPerEpoch ? `, ends after ${count(totalSteps, 'step')}` : '';
  const start =
    resumedFrom === undefined
      ? ''
      : `, resumed at step ${resumedFrom.step} (${count(resumedFrom.epoch, 'epoch')} done)`;
  return `seed ${seed}  ${length}${end}${start}`;
}

/** The bar of one run. */
class RunBar {
  readonly #output: Output;
  readonly #run: RunStarted;
  readonly #pace: Pace;
  #step: number;
  #epoch: number;
  #epochSteps = 0;
  #epochAccuracy = 0;
  #left = 'starting';
  #loss = '';
  #train = '';
  #validation = '';
  #test = '';

  constructor(output: Output, run: RunStarted, now: () => number) {
    this.#output = output;
    this.#run = run;
    this.#step = run.resumedFrom?.step ?? 0;
    this.#pace = new Pace(run.totalSteps, this.#step, now);
    this.#epoch = Math.min((run.resumedFrom?.epoch ?? 0) + 1, run.epochs);
    this.#draw();
  }

  step({ epoch, step, loss, accuracy }: Step): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#epochSteps = 0;
      this.#epochAccuracy = 0;
    }
    this.#epochSteps += 1;
    this.#epochAccuracy += (accuracy - this.#epochAccuracy) / this.#epochSteps;
    this.#step = step;
    this.#left = `${formatDuration(this.#pace.secondsLeft(step) ?? NaN)} left`;
    this.#loss = `loss ${loss.toFixed(2)}`;
    this.#train = `train ${percent(this.#epochAccuracy, 1)}`;
    this.#draw();
  }

  epoch(metrics: EpochMetrics): void {
    this.#train = `train ${percent(metrics.trainAccuracy, 1)}`;
    this.#validation = validationPart(metrics);
    this.#test = `test ${percent(metrics.testAccuracy, 1)}`;
    this.#draw();
  }

  #draw(): void {
    const columns = this.#output.terminalColumns;
    if (columns === undefined) return;
    const { seed, epochs, totalSteps } = this.#run;
    const line = fitLine(
      [
        [4, `seed ${seed}`],
        [7, `epoch ${this.#epoch}/${epochs}`],
        [5, barOf(this.#step / totalSteps)],
        [6, this.#left],
        [3, this.#loss],
        [1, this.#train],
        [2, this.#validation],
        [2, this.#test],
      ],
      columns - 1,
    );
    this.#output.setStatus(line);
  }
}
