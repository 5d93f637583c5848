/** Ways through a graph: what a node depends on, in which region it stands, and the one rebuild that every pass uses. */
import { atomsOf } from '../size/size.ts';
import type { Builder } from './builder.ts';
import { GraphError } from './errors.ts';
import { push } from './fold.ts';
import type { Node, NodeOf, Op, OpOf, TensorType } from './graph.ts';
import { isGiven, typeOf } from './infer.ts';
import { axisOf, canonicalMasks, join, sizeOf, tensor, without } from './spaces.ts';

export function isOf<K extends Op['kind']>(node: Node, kind: K): node is NodeOf<K> {
  return node.op.kind === kind;
}

/** What must be known before the node is: its inputs and what its region yields. Free variables are reached through these. */
export function operands(node: Node): readonly Node[] {
  const results = regionResults(node);
  return results.length === 0 ? node.inputs : [...node.inputs, ...results];
}

/** What the region yields: next states, then emits; or a call's or a clock's results. */
export function regionResults(node: Node): readonly Node[] {
  if (node.op.kind === 'scan') return [...node.op.region.nexts, ...node.op.region.emits];
  return node.op.kind === 'call' || node.op.kind === 'clock' ? node.op.region.results : [];
}

/** The arguments that the node's region binds. */
export function regionArguments(node: Node): readonly Node[] {
  if (node.op.kind === 'scan') return [node.op.region.position, ...node.op.region.xs, ...node.op.region.states];
  return node.op.kind === 'call' || node.op.kind === 'clock' ? node.op.region.args : [];
}

/** What needs a scan's step because it has an axis of its tape, or reads how long that is: to the step's position. */
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

/** Every node that the roots need, operands first, depth first from left to right; `next` says what a node needs. */
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

/** Whether one node is there before another where these are made in this order, each behind what it is made of. */
export function precedence(nodes: readonly Node[]): (a: Node, b: Node) => boolean {
  const order = new Map(reachable(nodes).map((node, k) => [node, k]));
  return (a, b) => order.get(a)! < order.get(b)!;
}

export interface Apart {
  readonly next: (node: Node) => readonly Node[];
  /** Is the argument bound by a region that was met? */
  isBound(argument: Node): boolean;
}

/** What a value reads for one element: of a call what its one result reads, and nothing that is reduced across examples. */
export function apart(): Apart {
  const bound = new Map<Node, Node | null>();
  return {
    isBound: (argument) => bound.has(argument),
    next: (node) => {
      const { op, inputs } = node;
      if (op.kind === 'across') return [];
      if (op.kind === 'argument') {
        const value = bound.get(node) ?? null;
        return value === null ? [] : [value];
      }
      const from = inputs[0]!;
      if (op.kind === 'result' && from.op.kind === 'call') {
        from.op.region.args.forEach((argument, k) => bound.set(argument, from.inputs[k]!));
        return [from.op.region.results[op.index]!];
      }
      for (const argument of regionArguments(node)) bound.set(argument, null);
      return operands(node);
    },
  };
}

const NONE: ReadonlySet<Node> = new Set();

/** Which region arguments nodes depend on, and so where they stand. */
export class Dependence {
  readonly #known = new Map<Node, ReadonlySet<Node>>();
  readonly #also: (node: Node) => Node | null;

  /** `also`: an argument that a node needs besides those of its operands. */
  constructor(also: (node: Node) => Node | null = () => null) {
    this.#also = also;
  }

  /** The arguments that the node needs and does not bind itself. */
  of(node: Node): ReadonlySet<Node> {
    const stack = [node];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (!this.#known.has(top) && push(stack, operands(top), (operand) => !this.#known.has(operand))) continue;
      if (!this.#known.has(top)) this.#known.set(top, this.#compute(top));
      stack.pop();
    }
    return this.#known.get(node)!;
  }

  /** Every operand is known. Equal sets are shared: most nodes need what one operand needs. */
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
 * Of nested scopes, innermost last, the index of the one that the node stands in: the innermost on whose arguments it
 * depends, or that covers it by its type (a clock: positions along it). A call's body stays together (a random draw in it is one per call, although it depends on nothing); only
 * parameters, constants and inputs are the same everywhere.
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

// ---------------------------------------------------------------- rebuilding

/** In place of a node: one node; for a `scan` or `call` the values of its results; null: the node as it is, on its new inputs. */
export type Rewritten = Node | readonly Node[] | null;
export type RewriteRule = (node: Node, inputs: readonly Node[], rewriter: Rewriter) => Rewritten;

interface Scope {
  readonly bound: ReadonlyMap<Node, Node>;
  readonly done: Map<Node, Node | readonly Node[]>;
  readonly whole: boolean;
  has(argument: Node): boolean;
}

function scope(bound: ReadonlyMap<Node, Node>, whole: boolean): Scope {
  return { bound, done: new Map(), whole, has: (argument) => bound.has(argument) };
}

/**
 * Rebuilds a graph bottom-up with types inferred anew. The rule sees every node but region arguments, its inputs already
 * mapped. Where the rule leaves a scan alone, a state whose value gains axes or masks gains them too, to a fixpoint.
 */
export class Rewriter {
  readonly builder: Builder;
  readonly #rule: RewriteRule;
  readonly #dependence = new Dependence();
  readonly #scopes: Scope[] = [scope(new Map(), false)];

  constructor(builder: Builder, rule: RewriteRule) {
    this.builder = builder;
    this.#rule = rule;
  }

  map(node: Node): Node {
    this.#visit(node);
    return this.#one(node);
  }

  /**
   * The values of `nodes` where each argument stands for the node it is bound to: for rules that open a region.
   * `whole`: a call's body, in which nothing is shared with the outside but leaves.
   */
  region(bound: readonly (readonly [Node, Node])[], nodes: readonly Node[], whole = false): readonly Node[] {
    this.#scopes.push(scope(new Map(bound), whole));
    try {
      return nodes.map((node) => this.map(node));
    } finally {
      this.#scopes.pop();
    }
  }

  /** The node as it is, on new inputs: what a rule's null means. */
  rebuild(node: Node, inputs: readonly Node[]): Node {
    const { op, origin } = node;
    switch (op.kind) {
      case 'scan':
        return this.#scan(op, inputs, this.builder.at(origin));
      case 'call': {
        const args = op.region.args.map((argument) => this.#fresh(argument, typeOf(argument)));
        const results = this.region(
          op.region.args.map((argument, k) => [argument, args[k]!]),
          op.region.results,
          true,
        );
        return this.builder.node({ ...op, region: { args, results } }, inputs, origin);
      }
      default:
        return isGiven(op) ? this.builder.leaf(op, node.types[0]!, origin) : this.builder.node(op, inputs, origin);
    }
  }

  #visit(root: Node): void {
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (this.#found(node) === undefined && push(stack, node.inputs, (input) => this.#found(input) === undefined)) continue;
      if (this.#found(node) === undefined) this.#home(node).done.set(node, this.#rewrite(node));
      stack.pop();
    }
  }

  #rewrite(node: Node): Node | readonly Node[] {
    if (node.op.kind === 'result') {
      const whole = this.#found(node.inputs[0]!);
      if (Array.isArray(whole)) return (whole as readonly Node[])[node.op.index]!;
    }
    // An argument that no region binds is the program's own, as those of a decoder's step.
    if (node.op.kind === 'argument') return this.#fresh(node, typeOf(node));
    const inputs = node.inputs.map((input) => this.#one(input));
    return this.#rule(node, inputs, this) ?? this.rebuild(node, inputs);
  }

  #home(node: Node): Scope {
    return this.#scopes[scopeOf(node, this.#dependence, this.#scopes)]!;
  }

  #found(node: Node): Node | readonly Node[] | undefined {
    const home = this.#home(node);
    return home.bound.get(node) ?? home.done.get(node);
  }

  #one(node: Node): Node {
    const found = this.#found(node);
    if (found === undefined || Array.isArray(found)) throw new GraphError(`%${node.id} (${node.op.kind}) has no single value here`);
    return found as Node;
  }

  #fresh(argument: Node, type: TensorType): Node {
    return this.builder.argument(type, argument.origin);
  }

  #scan(op: OpOf<'scan'>, inputs: readonly Node[], builder: Builder): Node {
    const { region } = op;
    const values = inputs.slice(0, region.xs.length);
    const inits = inputs.slice(region.xs.length);
    const slices = values.map((value) => {
      const { elem, axes, masks } = typeOf(value);
      axisOf(typeOf(value), op.axis.id);
      return tensor(
        elem,
        without(axes, [op.axis.id]),
        masks.map((mask) => without(mask, [op.axis.id])),
      );
    });
    let types = inits.map(typeOf);
    for (;;) {
      const position = this.#fresh(region.position, tensor({ kind: 'index', space: op.axis.space }, []));
      const xs = region.xs.map((argument, k) => this.#fresh(argument, slices[k]!));
      const states = region.states.map((argument, k) => this.#fresh(argument, types[k]!));
      const bound: (readonly [Node, Node])[] = [[region.position, position]];
      region.xs.forEach((argument, k) => bound.push([argument, xs[k]!]));
      region.states.forEach((argument, k) => bound.push([argument, states[k]!]));
      const results = this.region(bound, [...region.nexts, ...region.emits]);
      const nexts = results.slice(0, states.length);
      const grown = types.map((type, k) => grow(type, typeOf(nexts[k]!)));
      if (grown.some((type, k) => type !== types[k])) {
        types = grown;
        continue;
      }
      return builder.scan({
        axis: op.axis,
        reversed: op.reversed,
        position,
        xs: xs.map((arg, k) => ({ arg, value: values[k]! })),
        states: states.map((arg, k) => ({
          arg,
          init: builder.broadcast(inits[k]!, types[k]!.axes),
          next: builder.broadcast(nexts[k]!, types[k]!.axes),
        })),
        emits: results.slice(states.length),
      });
    }
  }
}

/** A state's type with what its next value adds; the same object if that is nothing. */
function grow(state: TensorType, next: TensorType): TensorType {
  const axes = join(state.axes, next.axes);
  const masks = canonicalMasks([...state.masks, ...next.masks]);
  return axes.length === state.axes.length && masks.length === state.masks.length ? state : { ...state, axes, masks };
}

/** What the program calls a value, if it has a name there; another axis or element type changes nothing of it. */
export function nameOf({ op, origin, inputs }: Node): string | null {
  if (origin.name !== null) return origin.name;
  if (op.kind === 'parameter') return op.path.split('.').at(-1)!;
  const isSame = op.kind === 'rename' || op.kind === 'broadcast' || (op.kind === 'unary' && op.fn === 'float');
  return isSame ? nameOf(inputs[0]!) : null;
}
