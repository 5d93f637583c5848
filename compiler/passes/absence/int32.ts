/**
 * Whole numbers are int32. Bounds of a value follow from sizes, positions and literals; what these do not keep within int32 is
 * checked where it is computed, against the same operation on floats. Nothing else is checked: indices in common models cost
 * nothing.
 */
import { atomOf, constantOf, nonNegative, size as sizes, type Size } from '../../size/size.ts';
import { folded } from '../../graph/fold.ts';
import type { Node, Op, OpOf, Space } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, originOf, sizeOf } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import type { GraphBuilder } from '../core/graph-builder.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { UNARY } from '../../graph/operations/unary.ts';
import { ANY, product, union, type Range } from '../../size/range.ts';
import type { Facts } from '../core/pass.ts';

export const LEAST = -(2 ** 31);
export const MOST = 2 ** 31 - 1;
/** The runtime refuses a dim with more positions (`MOST_POSITIONS` there). */
const MOST_POSITIONS = 2 ** 26;
/** The elements of a sum are in memory. */
const ELEMENTS = 2 ** 30;

const WHOLE: Range = [LEAST, MOST];
const within = ([low, high]: Range): boolean => low >= LEAST && high <= MOST;

/** The largest number of positions that an axis can have. */
function positionsIn(size: Size): number {
  return constantOf(size) ?? MOST_POSITIONS;
}

/** Bounds of a size. A size computed from several is a host number, and checked where it becomes a tensor. */
function sizeRange(size: Size): Range {
  const known = constantOf(size);
  if (known !== null) return [known, known];
  if (atomOf(size) !== null) return [1, MOST_POSITIONS];
  return [nonNegative(sizes.sub(size, sizes.int(1))) ? 1 : LEAST, MOST];
}

function positionRange(space: Space): Range {
  const [first, count] = [constantOf(originOf(space)), positionsIn(sizeOf(space))];
  return first === null ? [-MOST_POSITIONS, MOST_POSITIONS] : [first, first + Math.max(count - 1, 0)];
}

/** Bounds do not follow loops into their bodies. */
const operandsOf = ({ op, inputs }: Node): readonly Node[] => (op.kind === 'result' ? [] : inputs);

/** Bounds of the numbers in a 'batched' node. NaN is in every range of floats. */
export function ranges(): (node: Node) => Range {
  return folded<Node, Range>(operandsOf, (node, of) => {
    const found = rangeOf(node, operandsOf(node).map(of));
    // A value that leaves int32 is refused: after its check it is within.
    return typeOf(node).elem.kind === 'int' ? [Math.max(found[0], LEAST), Math.min(found[1], MOST)] : found;
  });
}

function rangeOf(node: Node, inputs: readonly Range[]): Range {
  const { op } = node;
  const { elem } = typeOf(node);
  switch (op.kind) {
    case 'constant':
      return [op.value, op.value];
    case 'size':
      return sizeRange(op.size);
    case 'length':
      return [op.dim.mayBeEmpty || op.dim.inside !== undefined ? 0 : 1, MOST_POSITIONS];
    case 'onehot':
      return [0, 1];
    case 'softmax':
      return op.log ? [-Infinity, 0] : [0, 1];
    case 'random':
      return op.draw === 'uniform' ? [0, 1] : ANY;
    case 'select':
      return union(inputs.slice(1));
    case 'concat':
      return union(inputs);
    case 'gather':
    case 'slice':
    case 'rename':
    case 'merge':
    case 'split':
    case 'broadcast':
    case 'check':
      return inputs[0]!;
    case 'shift':
      return union([inputs[0]!, [0, 0]]);
    case 'unary':
    case 'binary':
    case 'reduce':
    case 'contract':
    case 'cumsum':
    case 'cumprod':
    case 'scatter':
      if (elem.kind === 'bool') return [0, 1];
      return unchecked(op, node.inputs, inputs);
    default:
      return elem.kind === 'index' ? positionRange(elem.space) : elem.kind === 'bool' ? [0, 1] : elem.kind === 'int' ? WHOLE : ANY;
  }
}

/** Operations that may leave int32 where their operands do not. */
type Arithmetic = OpOf<'unary' | 'binary' | 'reduce' | 'across' | 'contract' | 'cumsum' | 'cumprod' | 'scatter'>;

export function isArithmetic(op: Op): op is Arithmetic {
  return ['unary', 'binary', 'reduce', 'across', 'contract', 'cumsum', 'cumprod', 'scatter'].includes(op.kind);
}

function unchecked(op: Arithmetic, operands: readonly Node[], ranges: readonly Range[]): Range {
  const [x, y] = [ranges[0]!, ranges[1] ?? ANY];
  const [low, high] = x;
  const count = (axes: readonly string[], of: readonly Node[]): number =>
    Math.min(
      axes.reduce(
        (n, id) => n * positionsIn(sizeOf(axisOf(typeOf(of.find((each) => typeOf(each).axes.some((axis) => axis.id === id))!), id).space)),
        1,
      ),
      ELEMENTS,
    );
  const summed = (range: Range, n: number): Range => product(union([range, [0, 0]]), [0, n]);
  switch (op.kind) {
    case 'unary':
      return UNARY[op.fn].range(x);
    case 'binary':
      return BINARY[op.fn].range(
        x,
        y,
        operands.every((each) => typeOf(each).elem.kind !== 'float'),
      );
    case 'contract':
      return summed(product(x, y), count(op.axes, operands));
    case 'cumsum':
      return summed(x, count([op.axis], operands));
    case 'scatter':
      return summed(x, ELEMENTS);
    case 'across':
      return op.fn === 'sum' ? summed(x, ELEMENTS) : union([x, [0, 0]]);
    case 'cumprod':
      return low >= -1 && high <= 1 ? [-1, 1] : ANY;
    case 'reduce':
      if (op.fn === 'sum') return summed(x, count(op.axes, operands));
      return op.fn === 'prod' ? (low >= -1 && high <= 1 ? [-1, 1] : ANY) : union([x, [0, 0]]);
  }
}

/** Whether the operation, on these operands, may give a whole number outside int32. */
export function mayLeave(op: Op, result: Node, operands: readonly Node[], of: (node: Node) => Range): op is Arithmetic {
  return isArithmetic(op) && typeOf(result).elem.kind === 'int' && !within(unchecked(op, operands, operands.map(of)));
}

/** bool: where the integers in `exact` differ from what `rough`, the same operation on floats, says: then they have wrapped around. */
export function hasLeft(m: GraphBuilder, op: Arithmetic, exact: Node, rough: Node, [x, y]: readonly Node[]): Node {
  const int = (value: number): Node => m.constant(value, 'int');
  if (op.kind === 'binary' && op.fn === 'quot') {
    return m.binary('or', m.binary('eq', y!, int(0)), m.binary('and', m.binary('eq', x!, int(LEAST)), m.binary('eq', y!, int(-1))));
  }
  // Floats below and above int32; NaN is neither.
  if (op.kind === 'unary' && op.fn === 'floor')
    return m.unary('not', m.binary('and', m.binary('ge', x!, m.constant(LEAST)), m.binary('lt', x!, m.constant(-LEAST))));
  // The float is within a few millionths of the exact number, and a number that wrapped around is 2^32 away.
  return m.binary('gt', m.unary('abs', m.binary('sub', m.float(exact), rough)), m.constant(2 ** 30));
}

/** A step counter, `t' = t + 1` from a known number: no loop has enough steps for it to leave int32. */
export function counters(facts: Facts, roots: Roots): (node: Node) => boolean {
  const isStart = (init: Node | undefined): boolean => init?.op.kind === 'constant' && Math.abs(init.op.value) <= 2 ** 30;
  const isState = (state: Node, next: Node): boolean => {
    if (state.op.kind === 'input') {
      const name = state.op.name.replace(/^state\./, '');
      return roots.get(`state.${name}`) === next && isStart(roots.get(`init.${name}`));
    }
    const place = facts.arguments.get(state);
    if (place?.kind !== 'state') return false;
    const { region } = place.scan.op;
    return region.nexts[place.index] === next && isStart(place.scan.inputs[region.xs.length + place.index]);
  };
  return (node) => {
    const {
      op,
      inputs: [x, y],
    } = node;
    return (
      op.kind === 'binary' &&
      (op.fn === 'add' || op.fn === 'sub') &&
      y!.op.kind === 'constant' &&
      Math.abs(y!.op.value) <= 2 ** 30 / MOST_POSITIONS &&
      isState(x!, node)
    );
  };
}
