/** How far an index may point beyond the position that reads it: what the proof of causality knows of indices. */
import { constantOf } from '../../size/size.ts';
import { folded } from '../../graph/fold.ts';
import type { Node, Op, Space } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { originOf, sameSpace, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { clockAxes } from './clock.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { UNARY } from '../../graph/operations/unary.ts';
import { ANY, type Range } from '../../size/range.ts';

/** Operations whose bounds are those of their operands. */
const BOUNDED: ReadonlySet<Op['kind']> = new Set(['unary', 'binary', 'broadcast', 'rename']);
const SEEN: ReadonlySet<Op['kind']> = new Set([...BOUNDED, 'select', 'otherwise', 'where']);

/**
 * Some c with `node <= now + c`, for the only position `now` of the space that the value is seen from; null where no bound can be
 * proved.
 */
export function ahead(space: Space): (node: Node) => number | null {
  const range = bounds();
  return folded<Node, number | null>(
    (node) => (SEEN.has(node.op.kind) ? node.inputs : []),
    (node, of) => beyond(node, space, of, range),
  );
}

const both = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.max(a, b));
const sum = (a: number | null, b: number): number | null => (a === null || !Number.isFinite(b) ? null : a + b);

function beyond(node: Node, space: Space, of: (node: Node) => number | null, range: (node: Node) => Range): number | null {
  const { op, inputs } = node;
  switch (op.kind) {
    case 'constant': {
      const first = constantOf(originOf(space));
      return first === null ? null : Math.max(op.value - first, 0);
    }
    case 'position':
      return sameSpace(op.axis.space, space) ? 0 : null;
    case 'argument': {
      const { elem } = typeOf(node);
      return elem.kind === 'index' && sameSpace(elem.space, space) ? 0 : null;
    }
    case 'unary':
      return op.fn === 'int' || op.fn === 'float' || op.fn === 'stop' || op.fn === 'floor' ? of(inputs[0]!) : null;
    case 'binary': {
      const [a, b] = [inputs[0]!, inputs[1]!];
      switch (op.fn) {
        case 'add':
          return sum(of(a), range(b)[1]) ?? sum(of(b), range(a)[1]);
        case 'sub':
          return sum(of(a), -range(b)[0]);
        case 'max':
          return both(of(a), of(b));
        case 'min': {
          const found = [of(a), of(b)].filter((each) => each !== null);
          return found.length === 0 ? null : Math.min(...found);
        }
        // x / n <= max(x, 0) for n >= 1, and `now` is never below 0.
        case 'div':
        case 'quot':
          return range(b)[0] >= 1 && startsAtZero(space) ? both(of(a), 0) : null;
        default:
          return null;
      }
    }
    case 'select':
      return both(of(inputs[1]!), of(inputs[2]!));
    case 'otherwise':
      return both(of(inputs[0]!), of(inputs[1]!));
    case 'where':
    case 'broadcast':
    case 'rename':
      return of(inputs[0]!);
    // One of the positions so far.
    case 'argmax':
      return clockAxes(inputs, space).some(({ id }) => id === op.axis) ? 0 : null;
    default:
      return null;
  }
}

/** Bounds of a number that hold for all sizes. */
export function bounds(): (node: Node) => Range {
  return folded<Node, Range>((node) => (BOUNDED.has(node.op.kind) ? node.inputs : []), rangeOf);
}

function rangeOf(node: Node, of: (node: Node) => Range): Range {
  const { op, inputs } = node;
  switch (op.kind) {
    case 'constant':
      return [op.value, op.value];
    case 'size': {
      const known = constantOf(op.size);
      return known === null ? [0, Infinity] : [known, known];
    }
    case 'position': {
      const known = constantOf(sizeOf(op.axis.space));
      const first = constantOf(originOf(op.axis.space));
      return first === null ? ANY : [first, known === null ? Infinity : first + known - 1];
    }
    case 'unary':
      return UNARY[op.fn].range(of(inputs[0]!));
    case 'binary': {
      const [x, y] = inputs.map(of);
      return BINARY[op.fn].range(
        x!,
        y!,
        inputs.every((input) => typeOf(input).elem.kind !== 'float'),
      );
    }
    case 'broadcast':
    case 'rename':
      return of(inputs[0]!);
    default:
      return ANY;
  }
}
