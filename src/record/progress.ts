import { SingleBar } from 'cli-progress';
import type { EpochMetrics, TrainEvent } from '../train/events.js';
import { count, formatDuration, percent } from '../support/text.js';
import type { TrainListener } from './listener.js';

export interface ProgressOptions {
  readonly output: NodeJS.WritableStream;
  /** Whether `output` is a terminal that can redraw a line. */
  readonly isTerminal: boolean;
  readonly quiet: boolean;
  /** The clock in milliseconds, for tests. */
  readonly now?: () => number;
}

type RunStarted = Extract<TrainEvent, { type: 'run-started' }>;
type Step = Extract<TrainEvent, { type: 'step' }>;

/** Shows a run as it goes: a bar on a terminal, one line an epoch elsewhere, nothing when quiet. */
export function progressDisplay(options: ProgressOptions): TrainListener {
  if (options.quiet) return { on: () => undefined };
  return options.isTerminal ? barDisplay(options) : lineDisplay(options.output);
}

/** Such as `seed 42  epoch 3/200  lr 6e-4  loss 3.412  train 18.2 %  test 20.1 %  grad std 3.3e-3  412 img/s  12.3 s`. */
export function epochLine(seed: number, epochs: number, metrics: EpochMetrics): string {
  return [
    `seed ${seed}`,
    `epoch ${metrics.epoch}/${epochs}`,
    `lr ${Number(metrics.learningRate.toPrecision(3)).toExponential()}`,
    `loss ${metrics.trainLoss.toFixed(3)}`,
    `train ${percent(metrics.trainAccuracy, 1)}`,
    `test ${percent(metrics.testAccuracy, 1)}`,
    `grad std ${metrics.gradGlobalStd.toExponential(1)}`,
    `${metrics.imagesPerSecond.toFixed(0)} img/s`,
    `${metrics.epochSeconds.toFixed(1)} s`,
  ].join('  ');
}

function lineDisplay(output: NodeJS.WritableStream): TrainListener {
  let run: RunStarted | undefined;
  return {
    on(event) {
      if (event.type === 'run-started') {
        run = event;
        output.write(`${startLine(event)}\n`);
      } else if (event.type === 'epoch' && run !== undefined) {
        output.write(`${epochLine(run.seed, run.epochs, event.metrics)}\n`);
      }
    },
  };
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

function barDisplay(options: ProgressOptions): TrainListener {
  let bar: RunBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    on(event) {
      if (event.type === 'run-started') {
        stop();
        bar = new RunBar(options, event);
      } else if (event.type === 'step') bar?.step(event);
      else if (event.type === 'epoch') bar?.epoch(event.metrics);
      else if (event.type !== 'checkpoint') stop();
    },
    close: stop,
  };
}

/** The bar of one run; its time left goes by the mean time of this attempt's steps, evaluations included. */
class RunBar {
  readonly #bar: SingleBar;
  readonly #run: RunStarted;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #startStep: number;
  #epoch = 0;
  #epochSteps = 0;
  #epochAccuracy = 0;

  constructor(options: ProgressOptions, run: RunStarted) {
    this.#now = options.now ?? Date.now;
    this.#run = run;
    this.#startedAt = this.#now();
    this.#startStep = run.resumedFrom?.step ?? 0;
    this.#bar = new SingleBar({
      stream: options.output,
      format: 'seed {seed}  epoch {epoch}/{epochs} [{bar}] {left}  loss {loss}  train {train}  test {test}',
      barsize: 10,
      hideCursor: true,
      // Ctrl-C is the command's affair: it saves a checkpoint first, and ends the bar by closing the display.
      gracefulExit: false,
    });
    const unknown = { left: 'starting', loss: '-', train: '-', test: '-' };
    const epoch = Math.min((run.resumedFrom?.epoch ?? 0) + 1, run.epochs);
    this.#bar.start(run.totalSteps, this.#startStep, {
      seed: run.seed,
      epoch,
      epochs: run.epochs,
      ...unknown,
    });
  }

  step({ epoch, step, loss, accuracy }: Step): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#epochSteps = 0;
      this.#epochAccuracy = 0;
    }
    this.#epochSteps += 1;
    this.#epochAccuracy += (accuracy - this.#epochAccuracy) / this.#epochSteps;
    const secondsPerStep = (this.#now() - this.#startedAt) / 1000 / (step - this.#startStep);
    this.#bar.update(step, {
      epoch,
      left: `${formatDuration(secondsPerStep * (this.#run.totalSteps - step))} left`,
      loss: loss.toFixed(2),
      train: percent(this.#epochAccuracy, 1),
    });
  }

  epoch(metrics: EpochMetrics): void {
    this.#bar.update({ train: percent(metrics.trainAccuracy, 1), test: percent(metrics.testAccuracy, 1) });
  }

  stop(): void {
    this.#bar.stop();
  }
}
