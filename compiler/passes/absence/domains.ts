/**
 * Where operations are finite. Some are not for every operand: where nothing reads their result, the operand is replaced by a
 * harmless value, so that the result and its derivative stay finite.
 */
import { constantOf } from '../../size/size.ts';
import { folded } from '../../graph/fold.ts';
import type { Node, Op } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { imageOf, saturates, UNARY, type Weakness } from '../../graph/operations/unary.ts';

/** The operand that can leave the domain, or make the result overflow, and a value that does neither. */
type Weak = Weakness & { readonly operand: number };

/** What holds of a value, whatever finite numbers its inputs and parameters are. */
interface Facts {
  /** Above 0: in the domain of div, log, sqrt and pow. */
  readonly positive: boolean;
  readonly nonNegative: boolean;
  readonly nonPositive: boolean;
  /** Small enough that no function of it overflows: results of functions that saturate, and small constants. */
  readonly moderate: boolean;
  /** Computed from float inputs, which may hold the largest floats. */
  readonly fromData: boolean;
  /** Finite everywhere, even at positions that nothing reads. */
  readonly tame: boolean;
}

/** Operations that move numbers without making any larger. */
const MOVES: ReadonlySet<Op['kind']> = new Set(['rename', 'broadcast', 'slice', 'gather', 'merge', 'split', 'shift', 'concat']);

type Of = (node: Node) => Facts;

export class Domains {
  readonly #facts = folded<Node, Facts>(({ op, inputs }) => (op.kind === 'result' ? [] : inputs), factsOf);

  /** The weak operand of a float operation; null where the operation is finite for every value that the operand can have. */
  weak(node: Pick<Node, 'op' | 'inputs' | 'types'>): Weak | null {
    if (node.op.kind !== 'unary' && node.op.kind !== 'binary') return null;
    for (const input of node.inputs) this.#facts(input);
    return weakOperand(node, this.#facts);
  }

  /** Whether zeros in the other operand of a product can replace a mask on this one: 0 times any finite number is 0. */
  isTame(node: Node): boolean {
    return this.#facts(node).tame;
  }
}

function weakOperand({ op, inputs, types: [type] }: Pick<Node, 'op' | 'inputs' | 'types'>, of: Of): Weak | null {
  if (type!.elem.kind !== 'float' || (op.kind !== 'unary' && op.kind !== 'binary')) return null;
  const own = op.kind === 'unary' ? UNARY[op.fn].weak : BINARY[op.fn].weak;
  const weak: Weak | null = own === null ? null : { operand: 0, ...own };
  if (weak === null) return null;
  const operand = inputs[weak.operand];
  const { positive, nonNegative, moderate, nonPositive } = of(operand!);
  if (weak.at === 'large') return moderate || nonPositive ? null : weak;
  if (weak.at === 'negative') return nonNegative ? null : weak;
  if (op.fn === 'pow') return isWholePower(inputs[1]!) || (positive && moderate && of(inputs[1]!).moderate) ? null : weak;
  return positive || (operand!.op.kind === 'constant' && operand!.op.value !== 0) ? null : weak;
}

/** x^n for n = 1, 2, … is a product. */
function isWholePower({ op }: Node): boolean {
  return op.kind === 'constant' && op.value >= 1 && Number.isInteger(op.value);
}

function factsOf(node: Node, of: Of): Facts {
  const { op, inputs } = node;
  const isFloat = typeOf(node).elem.kind === 'float';
  const fromData = isFloat && (op.kind === 'input' || (op.kind !== 'result' && inputs.some((x) => of(x).fromData)));
  const ends = !isFloat || inputs.length === 0 || op.kind === 'result' || op.kind === 'onehot' || (op.kind === 'softmax' && !op.log);
  const grows = fromData && !MOVES.has(op.kind) && !(op.kind === 'unary' && (UNARY[op.fn].along || saturates(op.fn)));
  const positive = isPositive(op, inputs, of);
  return {
    positive,
    nonNegative: positive || isNonNegative(op, inputs, of),
    nonPositive: isPassed(op) ? of(inputs[0]!).nonPositive : op.kind === 'unary' && op.fn === 'neg' && of(inputs[0]!).nonNegative,
    moderate: isModerate(op, inputs, of),
    fromData,
    tame: ends || (weakOperand(node, of) === null && !grows && inputs.every((x) => of(x).tame)),
  };
}

/** Passes numbers through unchanged. */
function isPassed(op: Op): boolean {
  return op.kind === 'broadcast' || op.kind === 'rename' || (op.kind === 'unary' && (op.fn === 'float' || op.fn === 'stop'));
}

function isPositive(op: Op, inputs: readonly Node[], of: Of): boolean {
  const [x, y] = [inputs[0]!, inputs[1]!];
  if (isPassed(op)) return of(x).positive;
  switch (op.kind) {
    case 'constant':
      return op.value > 0;
    case 'size':
      return (constantOf(op.size) ?? 0) > 0;
    case 'random':
      return op.draw === 'uniform' || op.draw === 'exponential';
    case 'binary':
      if (op.fn === 'add') return (of(x).positive && of(y).nonNegative) || (of(x).nonNegative && of(y).positive);
      if (op.fn === 'mul' || op.fn === 'div' || op.fn === 'min') return of(x).positive && of(y).positive;
      return op.fn === 'max' && (of(x).positive || of(y).positive);
    default:
      return false;
  }
}

function isNonNegative(op: Op, inputs: readonly Node[], of: Of): boolean {
  const [x, y] = [inputs[0]!, inputs[1]!];
  if (isPassed(op)) return of(x).nonNegative;
  switch (op.kind) {
    case 'constant':
      return op.value >= 0;
    case 'softmax':
      return !op.log;
    case 'unary':
      return imageOf(op.fn)[0] >= 0;
    case 'binary':
      if (op.fn === 'mul' && x === y) return true;
      if (op.fn === 'max') return of(x).nonNegative || of(y).nonNegative;
      return (op.fn === 'add' || op.fn === 'mul' || op.fn === 'min') && of(x).nonNegative && of(y).nonNegative;
    case 'contract':
      return x === y || (of(x).nonNegative && of(y).nonNegative);
    case 'reduce':
      return (op.fn === 'sum' || op.fn === 'mean') && of(x).nonNegative;
    default:
      return false;
  }
}

function isModerate(op: Op, inputs: readonly Node[], of: Of): boolean {
  const each = (xs: readonly Node[]): boolean => xs.every((x) => of(x).moderate);
  if (isPassed(op)) return each(inputs);
  switch (op.kind) {
    case 'constant':
      return Math.abs(op.value) <= 20;
    case 'softmax':
      return !op.log;
    case 'unary':
      return saturates(op.fn) || ((op.fn === 'neg' || op.fn === 'abs') && each(inputs));
    case 'binary':
      return (op.fn === 'add' || op.fn === 'sub' || op.fn === 'max' || op.fn === 'min') && each(inputs);
    case 'select':
      return each(inputs.slice(1));
    default:
      return false;
  }
}
