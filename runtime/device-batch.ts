/** A batch on the device, and what of a call's numbers is refused when they have arrived. */
import type { HostBatch } from './batch.ts';
import type { Batch, Refusal, Sizes, Tensors } from './definition.ts';
import { InputError } from './errors.ts';
import { firstRefused, type IsRead } from './refusals.ts';
import { tensorsIn } from './scope.ts';
import * as tf from './tf.ts';
import { download } from './values.ts';

/**
 * A copy of the value. The call fails with `what` if any position of `wrong` that is read is true; `axes` are the labels of its
 * axes, '' for those of the examples and, while decoding, of each example's hypotheses, whether they are two axes or one.
 */
export function refuse(batch: Batch, value: tf.Tensor, wrong: tf.Tensor, what: string, axes: readonly string[]): tf.Tensor {
  refuseAll(batch, [{ wrong: tf.clone(wrong), what, axes, order: [] }]);
  return tf.clone(value);
}

/** The call fails where one of these holds; their tensors are the batch's from now on. */
export function refuseAll(batch: Batch, refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  if (!(batch instanceof DeviceBatch)) throw new InputError('the batch of a call is a DeviceBatch');
  const place = batch.refusals.length;
  for (const { wrong, order, ...rest } of refusals) batch.refusals.push({ ...rest, wrong: tf.keep(wrong), order: [place, ...order] });
}

/** A batch on the active backend. Dispose of it when the results have arrived. */
export class DeviceBatch implements Batch {
  /** Kept until `settle` inspects them. */
  readonly refusals: Refusal[] = [];
  private readonly size: number;
  readonly n: Sizes;
  readonly inputs: Tensors;
  readonly lengths: Readonly<Record<string, tf.Tensor>>;

  constructor(host: HostBatch) {
    this.n = host.n;
    this.size = host.size;
    this.inputs = Object.fromEntries(
      Object.entries(host.inputs).map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)]),
    );
    this.lengths = Object.fromEntries([
      ...Object.entries(host.lengths).map(([dim, each]) => [dim, tf.tensor1d(each, 'int32')]),
      ...Object.entries(host.inner).map(([dim, { data, places }]) => [dim, tf.tensor2d(data, [host.size, places], 'int32')]),
    ]);
  }

  /**
   * Await it before using results; disposes of them if it throws.
   *
   * @throws InputError naming the first position that is refused
   */
  async settle(...results: unknown[]): Promise<void> {
    await this.settleRead(() => true, ...results);
  }

  /**
   * Like `settle`, where only some hypotheses of each example are read.
   *
   * @throws InputError naming the first position that is read and refused
   */
  async settleRead(isRead: IsRead, ...results: unknown[]): Promise<void> {
    const refusals = this.refusals.splice(0);
    const read = await Promise.all(
      refusals.map(async ({ wrong, ...rest }) => ({ ...rest, data: await download(wrong), shape: wrong.shape.slice() })),
    );
    for (const { wrong } of refusals) wrong.dispose();
    const message = firstRefused(read, this.size, isRead);
    if (message === null) return;
    tensorsIn(results).forEach((tensor) => tensor.dispose());
    throw new InputError(message);
  }

  dispose(): void {
    for (const { wrong } of this.refusals.splice(0)) wrong.dispose();
    for (const tensor of Object.values(this.inputs)) tensor.dispose();
    for (const tensor of Object.values(this.lengths)) tensor.dispose();
  }
}
