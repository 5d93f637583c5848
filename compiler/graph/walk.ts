/** Traversals of a graph: what a node depends on, and which region it belongs to. */
import { atomsOf } from '../size/size.ts';
import { push } from './fold.ts';
import type { Node, NodeOf, Op } from './graph.ts';
import { isGiven } from './infer.ts';
import { sizeOf } from './spaces.ts';

export function isOf<K extends Op['kind']>(node: Node, kind: K): node is NodeOf<K> {
  return node.op.kind === kind;
}

/** What must be known before the node: its inputs and the results of its region. Free variables are reached through these. */
export function operands(node: Node): readonly Node[] {
  const results = regionResults(node);
  return results.length === 0 ? node.inputs : [...node.inputs, ...results];
}

/** The results of the region: next states, then emits; or a call's or a clock's results. */
export function regionResults(node: Node): readonly Node[] {
  if (node.op.kind === 'scan') return [...node.op.region.nexts, ...node.op.region.emits];
  return node.op.kind === 'call' || node.op.kind === 'clock' ? node.op.region.results : [];
}

/** The arguments that the node's region binds. */
export function regionArguments(node: Node): readonly Node[] {
  if (node.op.kind === 'scan') return [node.op.region.position, ...node.op.region.xs, ...node.op.region.states];
  return node.op.kind === 'call' || node.op.kind === 'clock' ? node.op.region.args : [];
}

/** For a node that depends on a scan's step because it has an axis of its tape, or reads its length: the step's position. */
export function tapePositions(roots: readonly Node[]): (node: Node) => Node | null {
  const positions = new Map<string, Node>();
  for (const { op } of reachable(roots))
    if (op.kind === 'scan' && op.region.tape !== undefined) positions.set(op.region.tape.id, op.region.position);
  if (positions.size === 0) return () => null;
  return ({ op, types }) => {
    const sizes = [
      ...(op.kind === 'size' ? [op.size] : []),
      ...types.flatMap(({ axes, masks }) => [...axes, ...masks.flat()].map(({ space }) => sizeOf(space))),
    ];
    const atom = sizes.flatMap((size) => [...atomsOf(size)]).find((each) => positions.has(each));
    return atom === undefined ? null : positions.get(atom)!;
  };
}

/** Every node that the roots depend on, operands first, depth first from left to right; `next` gives a node's dependencies. */
export function reachable(roots: readonly Node[], next: (node: Node) => readonly Node[] = operands): readonly Node[] {
  const done = new Set<Node>();
  const stack = [...roots].reverse();
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    if (!done.has(node) && push(stack, next(node), (operand) => !done.has(operand))) continue;
    done.add(node);
    stack.pop();
  }
  return [...done];
}

/** Whether one node comes before another when nodes are made in this order, each after its operands. */
export function precedence(nodes: readonly Node[]): (a: Node, b: Node) => boolean {
  const order = new Map(reachable(nodes).map((node, k) => [node, k]));
  return (a, b) => order.get(a)! < order.get(b)!;
}

export interface Apart {
  readonly next: (node: Node) => readonly Node[];
  /** Is the argument bound by a region that was visited? */
  isBound(argument: Node): boolean;
}

/** What a value reads for one element: only the one result of a call or of rounds, and nothing that is reduced across examples. */
export function apart(): Apart {
  const bound = new Map<Node, readonly Node[]>();
  return {
    isBound: (argument) => bound.has(argument),
    next: (node) => {
      const { op, inputs } = node;
      if (op.kind === 'across') return [];
      if (op.kind === 'argument') return bound.get(node) ?? [];
      const from = inputs[0]!;
      if (op.kind === 'result' && from.op.kind === 'call') {
        from.op.region.args.forEach((argument, k) => bound.set(argument, [from.inputs[k]!]));
        return [from.op.region.results[op.index]!];
      }
      if (op.kind === 'result' && from.op.kind === 'scan' && from.op.axis.rounds === true) {
        const { position, xs, states, nexts, emits } = from.op.region;
        bound.set(position, []);
        xs.forEach((argument, k) => bound.set(argument, [from.inputs[k]!]));
        states.forEach((argument, k) => bound.set(argument, [from.inputs[xs.length + k]!, nexts[k]!]));
        const k = op.index - states.length;
        return k < 0 ? [from.inputs[xs.length + op.index]!, nexts[op.index]!] : [emits[k]!];
      }
      for (const argument of regionArguments(node)) bound.set(argument, []);
      return operands(node);
    },
  };
}

const NONE: ReadonlySet<Node> = new Set();

/** Which region arguments nodes depend on, and hence where they belong. */
export class Dependence {
  readonly #known = new Map<Node, ReadonlySet<Node>>();
  readonly #also: (node: Node) => Node | null;

  /** `also`: an argument that a node depends on besides those of its operands. */
  constructor(also: (node: Node) => Node | null = () => null) {
    this.#also = also;
  }

  /** The arguments that the node depends on and does not bind itself. */
  of(node: Node): ReadonlySet<Node> {
    const stack = [node];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (!this.#known.has(top) && push(stack, operands(top), (operand) => !this.#known.has(operand))) continue;
      if (!this.#known.has(top)) this.#known.set(top, this.#compute(top));
      stack.pop();
    }
    return this.#known.get(node)!;
  }

  /** Every operand is known. Equal sets are shared: most nodes depend on just what one operand depends on. */
  #compute(node: Node): ReadonlySet<Node> {
    if (node.op.kind === 'argument') return new Set([node]);
    let all = this.#union(node.inputs);
    const also = this.#also(node);
    if (also !== null && !all.has(also)) all = new Set([...all, also]);
    const own = regionArguments(node);
    if (own.length > 0) {
      const free = new Set(this.#union(regionResults(node)));
      for (const argument of own) free.delete(argument);
      for (const argument of all) free.add(argument);
      all = free;
    }
    return all;
  }

  #union(nodes: readonly Node[]): ReadonlySet<Node> {
    let all = NONE;
    for (const node of nodes) {
      const set = this.#known.get(node)!;
      if ([...set].every((argument) => all.has(argument))) continue;
      all = [...all].every((argument) => set.has(argument)) ? set : new Set([...all, ...set]);
    }
    return all;
  }
}

/**
 * The index, among nested scopes (innermost last), of the scope that the node belongs to: the innermost on whose arguments it
 * depends, or that covers it by its type (a clock: positions along it). A call's body stays together (a random draw in it is one
 * per call, although it depends on nothing); only parameters, constants and inputs are the same everywhere.
 */
export function scopeOf(
  node: Node,
  dependence: Dependence,
  scopes: readonly { readonly whole: boolean; has(argument: Node): boolean; covers?(node: Node): boolean }[],
): number {
  if (isGiven(node.op) && node.op.kind !== 'argument') return 0;
  const needs = [...dependence.of(node)];
  for (let k = scopes.length - 1; k > 0; k--) {
    if (scopes[k]!.whole || needs.some((argument) => scopes[k]!.has(argument)) || scopes[k]!.covers?.(node) === true) return k;
  }
  return 0;
}

/** The program's name for a value, if it has one; changes of axis or element type are skipped. */
export function nameOf({ op, origin, inputs }: Node): string | null {
  if (origin.name !== null) return origin.name;
  if (op.kind === 'parameter') return op.path.split('.').at(-1)!;
  const isSame = op.kind === 'rename' || op.kind === 'broadcast' || (op.kind === 'unary' && op.fn === 'float');
  return isSame ? nameOf(inputs[0]!) : null;
}
