/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Activate that its constructor may be given. */
export type ActivateDims = {
  /** Default 6. */ readonly n: number;
};

/** One example of Activate. */
export interface ActivateInput {
  /** `[n]` */ readonly x: rt.Floats;
}

/** What the objectives need besides. */
export interface ActivateTarget {
}

/** What Activate gives for one example. */
export type ActivateOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type ActivateSizes = Readonly<Record<'n' | 'batch', number>>;

/** Parameters. */
type ActivateParameters = Record<string, never>;

/** Padded examples on the device. */
type ActivateBatch = {
  readonly n: ActivateSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type ActivateResults = { readonly y: tf.Tensor };

/** The outputs of Activate, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function activateForward(_p: ActivateParameters, batch: ActivateBatch): ActivateResults {
  // input.attn:6  h = match activation { tanh { tanh(x) } relu { relu(x) } }
  const h = tf.relu(batch.inputs.x);
  // input.attn:7  { y = rate * h }
  const y = tf.mul(h, 0.25);
  rt.dispose(h);
  return { y };
}

const activateDefinition: rt.Definition = {
  name: 'Activate',
  source: 'input.attn',
  hyperparameters: { n: 6 },
  ragged: [],
  sizes(n: ActivateDims) {
    return { n: n.n };
  },
  parameters: () => [],
  inputs: (n: ActivateSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'n', size: n.n }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'n', dim: null }] },
  },
  forward: activateForward,
  objectives: [],
  decoder: null,
};

export class Activate extends rt.Model<ActivateDims, ActivateInput, ActivateTarget, ActivateOutput> {
  constructor(options: rt.ModelOptions<ActivateDims> = {}) {
    super(activateDefinition, options);
  }
}
