/** Bounds of an index, as far as its arithmetic shows: an index that is inside an axis for all sizes is never absent. */
import type { Node, Space } from '../../graph/graph.ts';
import { originOf, sizeOf } from '../../graph/spaces.ts';
import { typeOf } from '../scope/axes.ts';
import { nonNegative, size, type Size } from '../../size/size.ts';

interface Interval {
  readonly low: Size;
  readonly high: Size;
}

/** Is the index a position of the space, for all sizes? */
export function liesWithin(index: Node, space: Space): boolean {
  const interval = intervalOf(index);
  const within = positionsOf(space);
  return interval !== null && nonNegative(size.sub(interval.low, within.low)) && nonNegative(size.sub(within.high, interval.high));
}

function positionsOf(space: Space): Interval {
  const low = originOf(space);
  return { low, high: size.sub(size.add(low, sizeOf(space)), size.int(1)) };
}

function intervalOf(node: Node): Interval | null {
  const { op, inputs } = node;
  const { elem } = typeOf(node);
  if (elem.kind === 'index') return positionsOf(elem.space);
  switch (op.kind) {
    case 'constant':
      return Number.isSafeInteger(op.value) ? { low: size.int(op.value), high: size.int(op.value) } : null;
    case 'size':
      return { low: op.size, high: op.size };
    case 'rename':
    case 'broadcast':
      return intervalOf(inputs[0]!);
    case 'unary': {
      if (op.fn === 'int' || op.fn === 'float' || op.fn === 'stop') return intervalOf(inputs[0]!);
      if (op.fn === 'floor') return intervalOf(inputs[0]!);
      return op.fn === 'neg' ? scaled(intervalOf(inputs[0]!), -1) : null;
    }
    case 'binary': {
      const [a, b] = [inputs[0]!, inputs[1]!];
      if (op.fn === 'add') return sum(intervalOf(a), intervalOf(b));
      if (op.fn === 'sub') return sum(intervalOf(a), scaled(intervalOf(b), -1));
      if (op.fn === 'quot') return quotient(intervalOf(a), b);
      if (op.fn === 'mul')
        return a.op.kind === 'constant'
          ? scaled(intervalOf(b), a.op.value)
          : b.op.kind === 'constant'
            ? scaled(intervalOf(a), b.op.value)
            : null;
      return null;
    }
    default:
      return null;
  }
}

/** `floor(a / n)` for a positive whole number n. */
function quotient(a: Interval | null, { op }: Node): Interval | null {
  if (a === null || op.kind !== 'constant' || op.value < 1) return null;
  return { low: size.div(a.low, op.value), high: size.div(a.high, op.value) };
}

function sum(a: Interval | null, b: Interval | null): Interval | null {
  return a === null || b === null ? null : { low: size.add(a.low, b.low), high: size.add(a.high, b.high) };
}

function scaled(a: Interval | null, by: number): Interval | null {
  if (a === null || !Number.isSafeInteger(by)) return null;
  const [low, high] = [a.low, a.high].map((each) => size.mul(size.int(by), each)) as [Size, Size];
  return by < 0 ? { low: high, high: low } : { low, high };
}
