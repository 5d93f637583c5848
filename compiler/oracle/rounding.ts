/** What rounding does to values: so one sees how far those of float32 may be away (`Bindings.rounded`). */
import type { Bindings } from './bindings.ts';
import type { Tensor } from './arrays.ts';
import { evaluateOp, type Context, type PureOp } from './evaluate.ts';
import type { Node, Op } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { BINARY } from '../graph/operations/binary.ts';
import { UNARY } from '../graph/operations/unary.ts';

type Rounded = NonNullable<Bindings['rounded']>;

function sums(op: Op): boolean {
  return op.kind === 'reduce'
    ? op.fn === 'sum' || op.fn === 'mean'
    : op.kind === 'contract' || op.kind === 'cumsum' || op.kind === 'scatter' || op.kind === 'matmul';
}

/** Not what chooses, moves or compares. */
function rounds(op: Op): boolean {
  if (op.kind === 'unary') return !UNARY[op.fn].exact;
  if (op.kind === 'binary') return !BINARY[op.fn].exact;
  if (op.kind === 'reduce') return op.fn === 'sum' || op.fn === 'mean' || op.fn === 'prod';
  return sums(op) || op.kind === 'softmax' || op.kind === 'cumprod';
}

/** The results `data` of an operation, each rounded; a sum by as much as what is summed up is large. */
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
  // A number of which nothing is known may be on either side of another, be it infinite.
  if ((op.kind === 'argmax' || (kind === 'bool' && op.kind === 'binary')) && inputs.some((input) => input.data.some(Number.isNaN)))
    return again(op, (x) => (Number.isNaN(x) ? rounded(x, 'int') * Infinity : x));
  if (kind !== 'float' || !rounds(op)) return data;
  // The logarithm is one of 1 and more: it rounds as 1 does, however small what comes out.
  if (op.kind === 'softmax' && op.log) return data.map((x) => rounded(x, kind) + (rounded(1, kind) - 1));
  if (op.kind === 'cumprod' || (op.kind === 'reduce' && op.fn === 'prod')) {
    // Taken in another order, some of the factors may leave the range of floats that all together do not leave.
    const [large, small] = [again(op, (x) => Math.max(1, Math.abs(x))), again(op, (x) => (x === 0 ? 1 : Math.min(1, Math.abs(x))))];
    return data.map((x, k) =>
      Number.isFinite(rounded(large[k]!, kind)) && (rounded(small[k]!, kind) !== 0 || x === 0) ? rounded(x, kind) : NaN,
    );
  }
  // Nothing is known of an angle that rounding turns.
  if (op.kind === 'unary' && (op.fn === 'sin' || op.fn === 'cos'))
    return data.map((x, k) => (Math.abs(rounded(inputs[0]!.data[k]!, kind) - inputs[0]!.data[k]!) < 0.1 ? rounded(x, kind) : NaN));
  if (!sums(op)) return data.map((x) => rounded(x, kind));
  const sum: Op = op.kind === 'reduce' ? { ...op, fn: 'sum' } : op;
  const sizes = again(sum, Math.abs);
  const finite = sizes.includes(Infinity) ? again(sum, (x) => (Number.isFinite(x) ? Math.abs(x) : 0)) : sizes;
  return data.map((x, k) => {
    const size = Math.abs(rounded(sizes[k]!, kind));
    if (Number.isFinite(size)) return rounded(x, kind) + (size - sizes[k]!);
    // Terms of both signs whose sum leaves the range on the way may come to anything.
    const isSure = sizes[k] === Infinity ? Number.isFinite(rounded(finite[k]!, kind)) : Math.abs(x) === sizes[k];
    return isSure ? rounded(x, kind) : NaN;
  });
}
