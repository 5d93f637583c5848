/**
 * Which states of a loop may diverge: steps beyond an example's end keep computing, and a state that is multiplied at every step
 * overflows there. One that is bounded, or that grows by at most a bounded amount per step (as in a gated cell), does not.
 */
import { folded } from '../../graph/fold.ts';
import type { Node, Op, OpOf } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { saturates, UNARY } from '../../graph/operations/unary.ts';
import { ANY, type Range } from '../../size/range.ts';
import { isRounds, type Facts, type Scan } from '../core/pass.ts';

/** How a value depends on the states: within bounds or not at all, growing at most as they do, or beyond that. */
type Follows = 'bounded' | 'along' | 'beyond';

interface Growth {
  readonly follows: Follows;
  /** In [-1, 1]; and in [0, 1]. */
  readonly unit: boolean;
  readonly share: boolean;
}

const BOUNDED: Growth = { follows: 'bounded', unit: false, share: false };
const ALONG: Growth = { follows: 'along', unit: false, share: false };
const BEYOND: Growth = { follows: 'beyond', unit: false, share: false };
const UNIT: Growth = { follows: 'bounded', unit: true, share: false };
const SHARE: Growth = { follows: 'bounded', unit: true, share: true };

const MOVES: ReadonlySet<Op['kind']> = new Set([
  'rename',
  'broadcast',
  'slice',
  'gather',
  'merge',
  'split',
  'concat',
  'where',
  'otherwise',
  'past',
  'shift',
]);

/** By index of a state of the scan: whether it may diverge. */
export function runaways(scan: Scan, facts: Facts): (state: number) => boolean {
  const { region } = scan.op;
  const carries = [...facts.arguments].flatMap(([node, { scan: rounds, kind, index }]) =>
    kind === 'state' && isRounds(rounds) && standsIn(rounds, scan, facts) ? [{ node, ends: endsOf(rounds, index) }] : [],
  );
  // What is carried from round to round is assumed bounded until shown otherwise.
  const free = new Set<Node>();
  for (;;) {
    const growth = growthIn(scan, free, facts);
    const more = carries.filter(({ node, ends }) => !free.has(node) && ends.some((each) => growth(each).follows !== 'bounded'));
    if (more.length === 0) return (state) => growth(region.nexts[state]!).follows === 'beyond';
    for (const { node } of more) free.add(node);
  }
}

/** The initial and the next value of a loop's state. */
function endsOf({ op, inputs }: Scan, state: number): readonly Node[] {
  return [inputs[op.region.xs.length + state]!, op.region.nexts[state]!];
}

function standsIn(node: Node, scan: Scan, facts: Facts): boolean {
  return [...facts.loopsOf(node)].some((loop) => loop === scan || (isRounds(loop) && standsIn(loop, scan, facts)));
}

/** `free`: values carried from round to round that are not bounded. */
function growthIn(scan: Scan, free: ReadonlySet<Node>, facts: Facts): (node: Node) => Growth {
  const { states } = scan.op.region;
  /** What a value bound or returned by a loop over rounds stands for inside; null for other loops, of which nothing is known. */
  const inRounds = (node: Node): readonly Node[] | null => {
    const place = facts.arguments.get(node);
    if (place !== undefined) return place.kind === 'x' && isRounds(place.scan) ? [place.scan.inputs[place.index]!] : [];
    const rounds = facts.latest(node.inputs[0] as Scan);
    if (!isRounds(rounds)) return null;
    const { index } = node.op as OpOf<'result'>;
    const own = rounds.op.region.states.length;
    return index < own ? endsOf(rounds, index) : [rounds.op.region.emits[index - own]!];
  };
  const isHere = (node: Node): boolean => standsIn(node, scan, facts) && !states.includes(node);
  return folded<Node, Growth>(
    (node) => {
      if (!isHere(node)) return [];
      return node.op.kind === 'result' || node.op.kind === 'argument' ? (inRounds(node) ?? []) : node.inputs;
    },
    (node, of) => {
      if (states.includes(node)) return ALONG;
      if (!isHere(node)) return node.op.kind === 'constant' && Math.abs(node.op.value) <= 1 ? (node.op.value >= 0 ? SHARE : UNIT) : BOUNDED;
      if (free.has(node)) return BEYOND;
      if (node.op.kind !== 'result' && node.op.kind !== 'argument') return growthOf(node, of);
      return inRounds(node)?.map(of).reduce(wider, BOUNDED) ?? BEYOND;
    },
  );
}

/** The one that grows further. */
function wider(a: Growth, b: Growth): Growth {
  const order: readonly Follows[] = ['bounded', 'along', 'beyond'];
  return order.indexOf(b.follows) > order.indexOf(a.follows) ? b : a;
}

function growthOf(node: Node, of: (node: Node) => Growth): Growth {
  const { op, inputs } = node;
  const kind = typeOf(node).elem.kind;
  if (kind === 'bool') return SHARE;
  if (kind === 'index') return BOUNDED;
  const grown = inputs.map(of);
  const widest = (of: readonly Growth[]): Growth => {
    if (of.some(({ follows }) => follows === 'beyond')) return BEYOND;
    if (of.some(({ follows }) => follows === 'along')) return ALONG;
    return of.every(({ share }) => share) ? SHARE : of.every(({ unit }) => unit) ? UNIT : BOUNDED;
  };
  const bounded = grown.every(({ follows }) => follows === 'bounded');
  const [a, b] = [grown[0]!, grown[1]!];
  if (MOVES.has(op.kind)) return widest(op.kind === 'gather' || op.kind === 'where' ? [a] : grown);
  switch (op.kind) {
    case 'softmax':
      return op.log ? (bounded ? BOUNDED : BEYOND) : SHARE;
    case 'onehot':
      return SHARE;
    case 'select':
      return widest(grown.slice(1));
    case 'unary':
      if (bounded || saturates(op.fn)) return within(UNARY[op.fn].range(a.share ? [0, 1] : a.unit ? [-1, 1] : ANY));
      return UNARY[op.fn].along ? a : BEYOND;
    case 'binary':
      switch (op.fn) {
        case 'max':
        case 'min':
          return widest(grown);
        case 'add':
        case 'sub':
          if (op.fn === 'sub' && a.share && b.share) return difference(node);
          return bounded ? BOUNDED : grown.every(({ follows }) => follows !== 'bounded') ? BEYOND : widest(grown);
        case 'mul':
          if (a.unit && b.unit) return a.share && b.share ? SHARE : UNIT;
          if (a.unit) return b;
          if (b.unit) return a;
          return bounded ? BOUNDED : BEYOND;
        default:
          return bounded ? BOUNDED : BEYOND;
      }
    case 'reduce': {
      const weighed =
        op.fn === 'sum' && op.axes.length === 1 && inputs[0]!.op.kind === 'binary' && inputs[0]!.op.fn === 'mul'
          ? otherThanWeights(inputs[0]!.inputs, op.axes[0]!)
          : null;
      if (weighed !== null) return of(weighed);
      return op.fn === 'mean' || op.fn === 'max' || op.fn === 'min' ? a : bounded ? BOUNDED : BEYOND;
    }
    case 'contract': {
      const weighed = op.axes.length === 1 ? otherThanWeights(inputs, op.axes[0]!) : null;
      return weighed !== null ? of(weighed) : bounded ? BOUNDED : BEYOND;
    }
    default:
      return bounded ? BOUNDED : BEYOND;
  }
}

function within([low, high]: Range): Growth {
  return low >= 0 && high <= 1 ? SHARE : low >= -1 && high <= 1 ? UNIT : BOUNDED;
}

/** The operand of a weighted mean other than the weights. */
function otherThanWeights(inputs: readonly Node[], axis: string): Node | null {
  const k = inputs.findIndex((x) => weighs(x, axis));
  return k < 0 ? null : inputs[1 - k]!;
}

/** Are they shares that sum to 1 along the axis? */
function weighs({ op, inputs }: Node, axis: string): boolean {
  if (op.kind === 'softmax') return !op.log && op.axis === axis;
  if (op.kind === 'rename') return weighs(inputs[0]!, op.to.id === axis ? op.from : axis);
  return (op.kind === 'broadcast' || op.kind === 'where' || op.kind === 'otherwise') && weighs(inputs[0]!, axis);
}

/** 1 - z of a share z is a share; a difference of shares is between -1 and 1. */
function difference({ inputs: [one] }: Node): Growth {
  return one!.op.kind === 'constant' && one!.op.value === 1 ? SHARE : UNIT;
}
