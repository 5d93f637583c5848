/**
 * The proof that nothing inside a clock looks ahead (semantics 8.2). It works on the inlined graph, where lifted axes are
 * explicit, since an anchor is often one of them. A value over axes S of the clock depends on positions up to the latest of its
 * own indices in S; each operation either preserves that or is a violation.
 */
import { atomsOf } from '../../size/size.ts';
import type { Axis, Node, NodeOf, Origin, Space } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { isRagged, sameSpace, sizeOf } from '../../graph/spaces.ts';
import { nameOf } from '../../graph/walk.ts';
import { ahead } from './ahead.ts';
import { anchorOf, clockAxes, insideOf, lookedAlong } from './clock.ts';
import { Inline, Whole } from './inline.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import { analyse } from '../core/pass.ts';

export type NamedOrigin = Origin & { readonly name: string };

export interface Lookahead {
  readonly kind: 'future' | 'anchor';
  /** The expression at fault. */
  readonly origin: Origin;
  /** The calls around it, outermost first. */
  readonly calls: readonly Origin[];
  /** What it does: "a sum over the whole of `target`". */
  readonly what: string;
  readonly fix: string | null;
  /**
   * Named values on the path from the output to the expression, the output first, and from the expression to the sequence that it
   * reads.
   */
  readonly reachedBy: readonly NamedOrigin[];
  readonly reads: readonly NamedOrigin[];
}

/**
 * Every violation that the results of a clock depend on, nearest to the sequences first; `names`: of the results, the most
 * informative first.
 */
export function lookahead(clock: NodeOf<'clock'>, names: readonly string[]): readonly Lookahead[] {
  const { op } = clock;
  const { space } = op.axis;
  const m = new GraphBuilder();
  const whole = new Whole();
  const inline = new Inline(m, analyse([...op.region.results, ...clock.inputs]), [], whole);
  whole.open(clock);
  const sequences = op.region.args.map((argument, k) => {
    m.origin = argument.origin;
    const leaf = m.leaf({ kind: 'input', name: `${argument.origin.name ?? 'sequence'} ${k}` }, typeOf(argument));
    inline.set(argument, leaf);
    return leaf;
  });
  for (const node of freeArguments(op.region.results, op.region.args))
    inline.set(node, m.leaf({ kind: 'input', name: `free ${node.id}` }, typeOf(node)));
  const results = op.region.results.map((result) => inline.get(result));
  const named = new Map(results.map((node, k) => [node, { ...node.origin, name: names[k] ?? null }]));
  const nodes = analyse(results).nodes;
  const users = usersOf(nodes);
  const reached = (node: Node): readonly NamedOrigin[] => {
    const to = (isEnd: (each: Node) => boolean): readonly NamedOrigin[] | null => path(node, (each) => users.get(each) ?? [], isEnd, named);
    return (to((each) => each === results[0]) ?? to((each) => named.has(each)))!;
  };
  // Displaced positions have no time and cannot be read at all: what reads them further on is not reported again.
  const displaced = new Set<Node>();
  return nodes.flatMap((node): Lookahead[] => {
    if (operandsOf(node).some((operand) => displaced.has(operand))) {
      displaced.add(node);
      return [];
    }
    const fault = faultOf(m, node, space, op.axis.label);
    if (fault === null) return [];
    if (DISPLACES.has(node.op.kind)) displaced.add(node);
    return [
      { ...fault, origin: node.origin, calls: whole.trailOf(node), reachedBy: reached(node), reads: readsOf(node, sequences, space) },
    ];
  });
}

/** What an operation reads; for a loop, also what it computes inside. */
function operandsOf({ op, inputs }: Node): readonly Node[] {
  if (op.kind !== 'result' || inputs[0]!.op.kind !== 'scan') return inputs;
  const { region } = inputs[0]!.op;
  return [...inputs, ...region.nexts, ...region.emits];
}

/** Operations that reorder positions, or put others between them. */
const DISPLACES: ReadonlySet<Node['op']['kind']> = new Set(['slice', 'merge', 'split', 'concat']);

/** Arguments that nothing here binds: those of a declaration that is checked by itself. */
function freeArguments(results: readonly Node[], bound: readonly Node[]): readonly Node[] {
  const inner = new Set<Node>(bound);
  const nodes = insideOf(results);
  for (const { op } of nodes) {
    if (op.kind === 'scan') for (const each of [op.region.position, ...op.region.xs, ...op.region.states]) inner.add(each);
    if (op.kind === 'call') for (const each of op.region.args) inner.add(each);
  }
  return [...nodes].filter((node) => node.op.kind === 'argument' && !inner.has(node));
}

// ---------------------------------------------------------------- what each operation may do

type Fault = Pick<Lookahead, 'kind' | 'what' | 'fix'>;

const future = (what: string, fix: string | null = null): Fault => ({ kind: 'future', what, fix });

function faultOf(m: GraphBuilder, node: Node, space: Space, label: string): Fault | null {
  const { op, inputs } = node;
  const isClock = (axis: Axis): boolean => sameSpace(axis.space, space);
  // The positions of another dim, even of the same size, all exist from the start.
  const clocks = clockAxes(inputs, space);
  const mixed = inputs
    .flatMap(({ types }) => types.flatMap(({ axes }) => axes))
    .find((axis) => !isClock(axis) && clocks.some(({ id }) => id === axis.id));
  if (mixed !== undefined)
    return future(
      `\`${mixed.label}\` is here an axis of another dim as well, whose positions are all there`,
      `declare what has it over \`${label}\` itself`,
    );
  const along = lookedAlong(op, inputs, space);
  for (const over of along) {
    const anchor = anchorOf(m, inputs, over, along, space);
    const word = op.kind === 'reduce' ? op.fn : op.kind === 'contract' ? '@' : op.kind === 'scatter' ? 'sum' : op.kind;
    if (anchor.kind === 'none') {
      // A copy that is seen from no position: `upto` gives it one.
      if (over.label !== label)
        return future(
          `\`${word}\` over the whole of \`${over.label}\``,
          `over the positions up to now: \`x[upto ${label} as ${over.label}]\` instead of \`x[${label} as ${over.label}]\``,
        );
      return future(
        `\`${word}\` over the whole of \`${over.label}\``,
        `over the positions up to now: rename the axis, \`x[${over.label} as key]\`, and let the sum be seen from \`${over.label}\`: \`where position[key] <= position[${over.label}]\``,
      );
    }
    if (anchor.kind === 'several') {
      const first = anchor.axes[0]!;
      const named = op.kind === 'contract' ? `sum[${over.label} <= ${first.label}](… * …)` : `${word}[${over.label} <= ${first.label}](…)`;
      return {
        kind: 'anchor',
        what: `\`${word}\` over \`${over.label}\` could end at ${anchor.axes.map((axis) => `\`${axis.label}\``).join(' or at ')}`,
        fix: `name it: \`${named}\``,
      };
    }
  }
  switch (op.kind) {
    case 'size':
      return isRagged(space) && [...atomsOf(op.size)].some((atom) => atomsOf(sizeOf(space)).has(atom))
        ? future(
            `the length of \`${label}\`, or its last position, is known only at the end`,
            `the positions so far are \`position[${label}] + 1\``,
          )
        : null;
    case 'result': {
      const scan = inputs[0]!;
      if (scan.op.kind !== 'scan' || !isClock(scan.op.axis)) return null;
      if (scan.op.reversed) return future(`a scan along \`${scan.op.axis.label}\` in reverse begins at the last position`, 'scan forward');
      return op.index < scan.op.region.states.length
        ? future(`the last state of a scan along \`${scan.op.axis.label}\``, 'emit the state, and read it at its own position')
        : null;
    }
    case 'cumsum':
    case 'cumprod': {
      const axis = clockAxes(inputs, space).find(({ id }) => id === op.axis);
      return op.reversed && axis !== undefined
        ? future(`a running ${op.kind === 'cumsum' ? 'sum' : 'product'} along \`${axis.label}\` in reverse`)
        : null;
    }
    case 'gather': {
      const axis = typeOf(inputs[0]!).axes.find(({ id }) => id === op.axis);
      if (axis === undefined || !isClock(axis)) return null;
      return mayBeLater(inputs[1]!, space)
        ? future(
            `\`[${axis.label} = …]\` may read a later position`,
            `an earlier one is \`position[${axis.label}] - n\`, or \`min(i, position[${axis.label}])\``,
          )
        : null;
    }
    case 'slice':
      return typeOf(inputs[0]!).axes.some((axis) => axis.id === op.axis && isClock(axis))
        ? future(`a part of \`${label}\` by its positions`)
        : null;
    case 'merge':
    case 'split': {
      const ids = op.kind === 'merge' ? op.axes : [op.axis];
      const found = typeOf(inputs[0]!).axes.find((axis) => ids.includes(axis.id) && isClock(axis));
      if (found === undefined) return null;
      // A rank is a merge of one part: see `argsort`.
      if (op.kind === 'split' && op.into.length === 1)
        return future(
          `a sort along \`${label}\`: a later position may come before this one`,
          `take the best up to now, \`argmax[key](v[upto ${label} as key])\`, or sort along another axis`,
        );
      return future(
        `\`as\` makes another axis of \`${label}\`, whose positions have no time`,
        `keep \`${label}\` as it is, and merge or split the other axes alone`,
      );
    }
    case 'concat':
      return inputs.some((input, k) => typeOf(input).axes.some((axis) => axis.id === op.parts[k] && isClock(axis)))
        ? future(`\`concat\` along \`${label}\` moves its positions`, joinedFix(op.parts, inputs, label))
        : null;
    case 'scatter':
      return isClock(op.axis) && clockAxes(inputs, space).length > 0
        ? future(`a sum \`by\` positions of \`${label}\` writes to any of them`)
        : null;
    default:
      return null;
  }
}

/** One position in front of the clock's replaces the earlier value that the first position lacks; anything else is reduced by itself. */
function joinedFix(parts: readonly (string | null)[], inputs: readonly Node[], label: string): string {
  if (parts.length === 2 && parts[0] === null && parts[1] !== null)
    return `let each position read the one before it: \`x[${label} = position[${label}] - 1] else ${nameOf(inputs[0]!) ?? 'start'}\``;
  return 'keep the parts apart, reduce each by itself, and add: `sum[a](u * x) + sum[b](v * y)`';
}

/** Unless the index is proved to be at most the position that reads it. */
function mayBeLater(index: Node, space: Space): boolean {
  const by = ahead(space)(index);
  return by === null || by > 0;
}

// ---------------------------------------------------------------- chains

function usersOf(nodes: readonly Node[]): ReadonlyMap<Node, readonly Node[]> {
  const users = new Map<Node, Node[]>();
  const use = (of: Node, by: Node): void => {
    const known = users.get(of);
    if (known === undefined) users.set(of, [by]);
    else known.push(by);
  };
  for (const node of nodes) for (const operand of operandsOf(node)) use(operand, node);
  return users;
}

/** The shortest path along `next` to a node with `isEnd`, as the named values on it. */
function path(
  from: Node,
  next: (node: Node) => readonly Node[],
  isEnd: (node: Node) => boolean,
  ends?: ReadonlyMap<Node, Origin>,
): readonly NamedOrigin[] | null {
  const before = new Map<Node, Node>([[from, from]]);
  const queue = [from];
  for (const node of queue) {
    if (isEnd(node)) {
      const names: NamedOrigin[] = [];
      for (let at = node; at !== from; at = before.get(at)!) {
        const own = ends?.get(at) ?? at.origin;
        const { name } = own;
        if (name !== null && names.at(-1)?.name !== name) names.push({ ...own, name });
      }
      return names;
    }
    for (const each of next(node)) {
      if (before.has(each)) continue;
      before.set(each, node);
      queue.push(each);
    }
  }
  return null;
}

function readsOf(node: Node, sequences: readonly Node[], space: Space): readonly NamedOrigin[] {
  const next = (each: Node): readonly Node[] => {
    if (each.op.kind !== 'result' || each.inputs[0]!.op.kind !== 'scan')
      return each.inputs.filter(
        (input) => clockAxes([input], space).length > 0 || input.op.kind === 'input' || input.op.kind === 'argument',
      );
    return each.inputs[0]!.inputs;
  };
  return [...(path(node, next, (each) => sequences.includes(each)) ?? [])].reverse();
}
