import * as tf from '../tf.ts';
import type { Tensors } from '../definition.ts';
import { TrainingError } from '../errors.ts';
import type { LossResult } from '../model.ts';

interface StepLoss extends LossResult {
  readonly step: number;
}

/**
 * Losses of past steps on their way back from the device. One group is read while the next is computed, so that the device never
 * waits for the host, and is never more than two groups ahead of it.
 */
export class LossReader {
  private readonly groupSize: number;
  private waiting: { readonly step: number; readonly names: readonly string[]; readonly numbers: tf.Tensor }[] = [];
  private reading: Promise<StepLoss[]> | undefined;
  private lastFinite: StepLoss | undefined;

  constructor(groupSize: number) {
    this.groupSize = groupSize;
  }

  /** Takes the scalars of one step. Returns the means of an earlier group once it has arrived. */
  async push(step: number, loss: tf.Tensor, metrics: Tensors): Promise<LossResult | undefined> {
    const numbers = tf.tidy(() => tf.stack([loss, ...Object.values(metrics)].map((scalar) => tf.reshape(scalar, []))));
    this.waiting.push({ step, names: Object.keys(metrics), numbers: tf.keep(numbers) });
    loss.dispose();
    for (const metric of Object.values(metrics)) metric.dispose();
    if (this.waiting.length < this.groupSize) return undefined;
    const arrived = await this.arrived();
    this.reading = this.read();
    return arrived;
  }

  /** Waits for all losses so far. */
  async settle(): Promise<LossResult | undefined> {
    const first = await this.arrived();
    if (this.waiting.length === 0) return first;
    this.reading = this.read();
    return (await this.arrived()) ?? first;
  }

  dispose(): void {
    for (const { numbers } of this.waiting) numbers.dispose();
    this.waiting = [];
  }

  private async read(): Promise<StepLoss[]> {
    const group = this.waiting;
    this.waiting = [];
    const joined = tf.tidy(() => tf.stack(group.map(({ numbers }) => numbers)));
    for (const { numbers } of group) numbers.dispose();
    const data = await joined.data();
    joined.dispose();
    const width = data.length / group.length;
    return group.map(({ step, names }, row) => ({
      step,
      loss: data[row * width]!,
      metrics: Object.fromEntries(names.map((name, index) => [name, data[row * width + 1 + index]!])),
    }));
  }

  private async arrived(): Promise<LossResult | undefined> {
    const steps = await this.reading;
    this.reading = undefined;
    if (steps === undefined) return undefined;
    for (const each of steps) {
      if (!Number.isFinite(each.loss)) throw new NotFinite(each, this.lastFinite);
      this.lastFinite = each;
    }
    return meanOf(steps);
  }
}

/** A step's loss is not finite. */
export class NotFinite extends TrainingError {
  readonly step: number;
  readonly loss: number;

  constructor(at: StepLoss, before: StepLoss | undefined) {
    const history = before === undefined ? '' : `; it was ${before.loss} at step ${before.step}`;
    super(
      `the loss became ${at.loss} at step ${at.step}${history}. Training diverged: a lower rate or \`clip norm 1\` in the objective is the usual cure`,
    );
    this.step = at.step;
    this.loss = at.loss;
  }
}

function meanOf(steps: readonly LossResult[]): LossResult {
  const mean = (of: (step: LossResult) => number): number => steps.reduce((sum, step) => sum + of(step), 0) / steps.length;
  const names = Object.keys(steps[0]!.metrics);
  return { loss: mean((step) => step.loss), metrics: Object.fromEntries(names.map((name) => [name, mean((step) => step.metrics[name]!)])) };
}
