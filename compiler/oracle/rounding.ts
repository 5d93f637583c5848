/** Applies rounding to values, to bound how far a float32 result may be off (`Bindings.rounded`). */
import type { Bindings } from './bindings.ts';
import type { Tensor } from './arrays.ts';
import { evaluateOp, type Context, type PureOp } from './evaluate.ts';
import type { Node, Op } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { BINARY } from '../graph/operations/binary.ts';
import { UNARY } from '../graph/operations/unary.ts';

type Rounded = NonNullable<Bindings['rounded']>;

/** Half of float32's least normal number. */
const BELOW_NORMAL = 2 ** -127;

function sums(op: Op): boolean {
  return op.kind === 'reduce'
    ? op.fn === 'sum' || op.fn === 'mean'
    : op.kind === 'contract' || op.kind === 'cumsum' || op.kind === 'scatter' || op.kind === 'matmul';
}

/** Operations that choose, move or compare do not round. */
function rounds(op: Op): boolean {
  if (op.kind === 'unary') return !UNARY[op.fn].exact;
  if (op.kind === 'binary') return !BINARY[op.fn].exact;
  if (op.kind === 'reduce') return op.fn === 'sum' || op.fn === 'mean' || op.fn === 'prod';
  return sums(op) || op.kind === 'softmax' || op.kind === 'cumprod';
}

/** The results `data` of an operation, each rounded; a sum by an amount that follows from the magnitude of its terms. */
export function roundedAs(node: Node, inputs: readonly Tensor[], data: Float64Array, rounded: Rounded, context: Context): Float64Array {
  const { op } = node;
  const {
    elem: { kind },
  } = typeOf(node);
  if (kind === 'int') return data.map((x) => rounded(x, kind));
  const again = (by: Op, change: (x: number) => number): Float64Array =>
    evaluateOp(
      by as PureOp,
      inputs.map((input) => ({ ...input, data: input.data.map(change) })),
      context,
    ).data;
  // A number of which nothing is known may compare either way with any other, even an infinite one.
  if ((op.kind === 'argmax' || (kind === 'bool' && op.kind === 'binary')) && inputs.some((input) => input.data.some(Number.isNaN)))
    return again(op, (x) => (Number.isNaN(x) ? rounded(x, 'int') * Infinity : x));
  if (kind !== 'float' || !rounds(op)) return data;
  // The logarithm is that of a number of at least 1, and rounds like one, however small the result.
  if (op.kind === 'softmax' && op.log) return data.map((x) => rounded(x, kind) + (rounded(1, kind) - 1));
  if (op.kind === 'cumprod' || (op.kind === 'reduce' && op.fn === 'prod')) {
    // In another order of multiplication, a partial product may leave the range of floats though the whole product does not.
    const [large, small] = [again(op, (x) => Math.max(1, Math.abs(x))), again(op, (x) => (x === 0 ? 1 : Math.min(1, Math.abs(x))))];
    return data.map((x, k) =>
      Number.isFinite(rounded(large[k]!, kind)) && (rounded(small[k]!, kind) !== 0 || x === 0) ? rounded(x, kind) : NaN,
    );
  }
  // If rounding shifts an angle by much, nothing is known of its sine.
  if (op.kind === 'unary' && (op.fn === 'sin' || op.fn === 'cos'))
    return data.map((x, k) => (Math.abs(rounded(inputs[0]!.data[k]!, kind) - inputs[0]!.data[k]!) < 0.1 ? rounded(x, kind) : NaN));
  if (!sums(op)) return data.map((x) => rounded(x, kind));
  const sum: Op = op.kind === 'reduce' ? { ...op, fn: 'sum' } : op;
  const sizes = again(sum, Math.abs);
  const finite = sizes.includes(Infinity) ? again(sum, (x) => (Number.isFinite(x) ? Math.abs(x) : 0)) : sizes;
  // Each product that is summed may be below the least normal number, and be flushed.
  const products = op.kind === 'contract' || op.kind === 'matmul' ? again(op, () => 1) : null;
  const flushed = (k: number): number =>
    products === null || sizes[k] === 0 ? 0 : 2 * products[k]! * (rounded(BELOW_NORMAL, kind) - BELOW_NORMAL);
  return data.map((x, k) => {
    const size = Math.abs(rounded(sizes[k]!, kind));
    if (Number.isFinite(size)) return rounded(x, kind) + (size - sizes[k]!) + flushed(k);
    // A sum with terms of both signs whose partial sums may overflow can come to anything.
    const isSure = sizes[k] === Infinity ? Number.isFinite(rounded(finite[k]!, kind)) : Math.abs(x) === sizes[k];
    return isSure ? rounded(x, kind) : NaN;
  });
}
