/**
 * The backward loop of a scan. It runs the other way, carries the cotangents of the states, and reads what the forward loop emits
 * for it: values are saved rather than recomputed, since an emit costs no operation. The cotangent of a free variable leaves the
 * loop as the operands of its last product, which is computed once over all steps, unless these are larger than the sum.
 */
import type { Axis, Node, Op, Origin } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis } from '../../graph/spaces.ts';
import { type GraphBuilder, type Loop, unnamed } from '../core/graph-builder.ts';
import { axesOf, BATCH, idsOf } from '../core/axes.ts';
import { isRounds, type Scan } from '../core/pass.ts';
import { Cotangents } from './cotangents.ts';
import { product } from './vjp.ts';

/** The values of one region: the whole program, or a loop's body as seen from its backward loop. */
export interface Level {
  /** The position argument of the loop whose body this is; null: the program. */
  readonly loop: Node | null;
  /** The forward value, where the backward computation can read it. */
  value(node: Node): Node;
  /** Adds to the cotangent of `node`, if it has one. */
  add(node: Node, cotangent: Node): void;
  /** Shares that inner loops contribute to variables from outside this one; null: the program. */
  readonly leaving: Share[] | null;
}

/** The state of reverse mode, as the body of a loop needs it. */
export interface Reversal {
  readonly m: GraphBuilder;
  isActive(node: Node): boolean;
  /** Propagates the pending cotangents of a level back to its arguments and leaves. */
  backward(level: Level, pending: Cotangents): void;
  /** A value of the loop's body as a result of the loop, which emits it from now on. */
  saved(scan: Scan, node: Node): Node;
}

/** The shares of free variables in one step: emitted values, and how to compute the sums over all steps from them. */
interface Share {
  readonly free: readonly Node[];
  readonly emits: readonly Node[];
  readonly total: (whole: readonly Node[]) => readonly Node[];
  readonly origin: Origin;
}

/** A sum for a free variable that a state accumulates, up to factors from outside the loop, which are applied once after it. */
interface Sum {
  readonly free: Node;
  readonly factors: readonly Node[];
}

export function scanVjp(reverse: Reversal, outer: Level, scan: Scan, results: ReadonlyMap<number, Node>): void {
  const { op } = scan;
  const { m } = reverse;
  const { axis, region } = op;
  const states = region.states.flatMap((state, k) => (reverse.isActive(state) ? [k] : []));
  const sequences = region.xs.flatMap((x, k) => (reverse.isActive(x) ? [k] : []));
  const carried: Sum[] = [];
  const isOutside = (node: Node): boolean => outer.loop !== null && !m.loopsOf(node).has(outer.loop);
  for (;;) {
    const inits = [...states.map((k) => results.get(k) ?? m.constant(0)), ...carried.map(() => m.constant(0))];
    let shares: readonly Share[] = [];
    let passing: readonly Passing[] = [];
    let missing: readonly Sum[] = [];
    const made = m.scan(axis, !op.reversed, inits, (loop) => {
      const body = new Body(reverse, outer, scan, loop);
      states.forEach((k, j) => body.add(region.nexts[k]!, loop.states[j]!));
      region.emits.forEach((emit, k) => {
        const g = results.get(region.states.length + k);
        if (g !== undefined) body.add(emit, hasAxis(axesOf(g), axis.id) ? loop.scanned(g) : g);
      });
      reverse.backward(body, body.pending);
      const sums: { readonly sum: Sum; readonly value: Node }[] = [];
      const found = body.leaving.map((share) => fromInside(m, loop.position, share));
      for (const [free, cotangents] of body.free) {
        for (const { cotangent, origin } of cotangents) {
          m.origin = origin;
          const share = leaving(m, axis, loop.position, free, cotangent);
          if (share !== null) found.push(share);
          else sums.push(summed(m, loop.position, free, cotangent));
        }
      }
      m.origin = unnamed(scan.origin);
      shares = found;
      const isPassing = (k: number): boolean => isRounds(scan) && isOutside(scan.inputs[k]!);
      passing = sequences.flatMap((k) => (isPassing(k) ? (asPassing(m, k, body.pending.of(m, region.xs[k]!), body) ?? []) : []));
      const given = sequences.filter((k) => !passing.some((each) => each.sequence === k));
      missing = sums.map(({ sum }) => sum).filter((sum, k, all) => ![...carried, ...all.slice(0, k)].some((other) => isSame(other, sum)));
      const zero = m.constant(0);
      return {
        nexts: [
          ...states.map((k) => body.pending.of(m, region.states[k]!) ?? zero),
          ...carried.map((each, j) => {
            const total = sums.reduce(
              (sum, { sum: own, value }) => (isSame(own, each) ? m.add(sum, value) : sum),
              loop.states[states.length + j]!,
            );
            const name = each.factors.length === 0 ? nameOf(each.free) : null;
            if (name !== null) m.call(total, `d_${name}`);
            return total;
          }),
        ],
        emits: [
          ...given.map((k) => body.pending.of(m, region.xs[k]!) ?? zero),
          ...found.flatMap(({ emits }) => emits),
          ...passing.flatMap(({ operands }) => operands.flatMap(({ emit }) => emit ?? [])),
        ],
      };
    });
    if (missing.length > 0) {
      carried.push(...missing);
      continue;
    }
    states.forEach((k, j) => outer.add(scan.inputs[region.xs.length + k]!, made.finals[j]!));
    carried.forEach(({ free, factors }, j) =>
      outer.add(
        free,
        factors.reduce((sum, factor) => m.mul(sum, factor), made.finals[states.length + j]!),
      ),
    );
    const given = sequences.filter((k) => !passing.some((each) => each.sequence === k));
    given.forEach((k, j) => outer.add(scan.inputs[k]!, made.emits[j]!));
    let next = given.length;
    for (const { free, emits, total, origin } of shares) {
      m.origin = origin;
      const totals = total(made.emits.slice(next, next + emits.length));
      free.forEach((each, k) => outer.add(each, totals[k]!));
      next += emits.length;
    }
    const wholes = passing.map(({ operands }) => operands.map(({ emit, whole }) => whole(emit === null ? null : made.emits[next++]!)));
    if (passing.length > 0) outer.leaving!.push(behindSteps(m, scan, passing, wholes));
    return;
  }
}

/** The forward body as seen from the backward body. */
class Body implements Level {
  /** Of the forward loop. */
  readonly loop: Node;
  readonly position: Node;
  readonly pending = new Cotangents();
  readonly leaving: Share[] = [];
  /** By element that the loop reads of a sequence: the sequence, once the loop has been made. */
  readonly sequences = new Map<Node, () => Node>();
  /** By variable from outside the loop: its cotangent, and on behalf of which node. */
  readonly free = new Map<Node, { readonly cotangent: Node; readonly origin: Origin }[]>();
  readonly #reverse: Reversal;
  readonly #outer: Level;
  readonly #scan: Scan;
  readonly #backward: Loop;
  readonly #values = new Map<Node, Node>();

  constructor(reverse: Reversal, outer: Level, scan: Scan, backward: Loop) {
    this.#reverse = reverse;
    this.#outer = outer;
    this.#scan = scan;
    this.#backward = backward;
    this.loop = scan.op.region.position;
    this.position = backward.position;
    this.#values.set(this.loop, backward.position);
  }

  value(node: Node): Node {
    if (!this.#reverse.m.loopsOf(node).has(this.loop)) return this.#outer.value(node);
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    const made = this.#read(node);
    this.#values.set(node, made);
    return made;
  }

  #read(node: Node): Node {
    const { kind } = node.op;
    const x = this.#scan.op.region.xs.indexOf(node);
    if (x >= 0) return this.#backward.scanned(this.#outer.value(this.#scan.inputs[x]!));
    // These cost nothing, and their operands are often saved as well.
    if (kind === 'rename' || kind === 'broadcast')
      return this.#reverse.m.make(
        node.op,
        node.inputs.map((each) => this.value(each)),
      );
    const sequence = (): Node => this.#outer.value(this.#reverse.saved(this.#scan, node));
    const made = this.#backward.later(typeOf(node), sequence);
    this.sequences.set(made, sequence);
    return made;
  }

  add(node: Node, cotangent: Node): void {
    if (!this.#reverse.isActive(node)) return;
    const { m } = this.#reverse;
    if (m.loopsOf(node).has(this.loop)) {
      this.pending.add(m, node, cotangent);
    } else {
      const found = { cotangent, origin: m.origin };
      const others = this.free.get(node);
      if (others === undefined) this.free.set(node, [found]);
      else others.push(found);
    }
  }
}

/**
 * A round's contribution to a sequence from outside the enclosing steps, such as a parameter: computed after the steps, from the
 * operands of all of them.
 */
interface Passing {
  readonly sequence: number;
  readonly operands: readonly Operand[];
  /** From the operands of one round. */
  readonly make: (operands: readonly Node[]) => Node;
  readonly origin: Origin;
}

/** `emit`: what the loop over rounds emits for it; null: it is available already. `whole`: the operand of all rounds, from that. */
interface Operand {
  readonly emit: Node | null;
  readonly whole: (emitted: Node | null) => Node;
}

/** Null: it is not a product or sum that had better be computed after the steps. */
function asPassing(m: GraphBuilder, sequence: number, cotangent: Node | undefined, body: Body): Passing | null {
  if (cotangent === undefined) return null;
  const { later, inner } = withoutLater(m, body.position, cotangent);
  const keep = idsOf(inner);
  const isSum = inner.op.kind === 'reduce' && inner.op.fn === 'sum';
  const most = Math.max(keep.length, 2);
  if ((inner.op.kind !== 'contract' && !isSum) || inner.inputs.some((each) => axesOf(each).length > most)) return null;
  const made = ([a, b]: readonly Node[]): Node => {
    return b === undefined
      ? m.sum(
          a!,
          idsOf(a!).filter((id) => !keep.includes(id)),
        )
      : product(m, a!, b, keep);
  };
  return {
    sequence,
    operands: inner.inputs.map((each) => operandOf(m, each, body)),
    make: (operands) => later.reduceRight((sum, op) => m.make(op, [sum]), made(operands)),
    origin: cotangent.origin,
  };
}

/** One loop over the rounds for all of them. */
function behindSteps(m: GraphBuilder, scan: Scan, passing: readonly Passing[], wholes: readonly (readonly Node[])[]): Share {
  const { axis } = scan.op;
  return {
    free: passing.map(({ sequence }) => scan.inputs[sequence]!),
    emits: wholes.flat(),
    total: (all) => {
      return m.scan(axis, false, [], (loop) => {
        const read = all.map((whole) => (hasAxis(axesOf(whole), axis.id) ? loop.scanned(whole) : whole));
        const emits = passing.map(({ operands, make, origin }) => {
          m.origin = origin;
          return make(read.splice(0, operands.length));
        });
        return { nexts: [], emits };
      }).emits;
    },
    origin: unnamed(scan.origin),
  };
}

function operandOf(m: GraphBuilder, node: Node, body: Body): Operand {
  if (!m.loopsOf(node).has(body.position)) return { emit: null, whole: () => node };
  const names: Op[] = [];
  let from = node;
  for (; from.op.kind === 'rename'; from = from.inputs[0]!) names.push(from.op);
  const sequence = body.sequences.get(from);
  if (sequence === undefined) return { emit: node, whole: (emitted) => emitted! };
  return { emit: null, whole: () => names.reduceRight((whole, op) => m.make(op, [whole]), sequence()) };
}

/** A share from an inner loop, as this loop emits it. */
function fromInside(m: GraphBuilder, position: Node, { emits, total, ...share }: Share): Share {
  const isEmitted = emits.map((each) => m.loopsOf(each).has(position));
  return {
    ...share,
    emits: emits.filter((_, k) => isEmitted[k]),
    total: (whole) => {
      const read = [...whole];
      return total(emits.map((each, k) => (isEmitted[k] ? read.shift()! : each)));
    },
  };
}

/** The program's name for it. */
function nameOf(node: Node): string | null {
  let from = node;
  while (from.origin.name === null && (from.op.kind === 'rename' || from.op.kind === 'broadcast')) from = from.inputs[0]!;
  return from.op.kind === 'parameter' ? from.op.path.split('.').at(-1)! : from.origin.name;
}

function isSame(a: Sum, b: Sum): boolean {
  return a.free === b.free && a.factors.length === b.factors.length && a.factors.every((factor, k) => factor === b.factors[k]);
}

function summed(m: GraphBuilder, position: Node, free: Node, cotangent: Node): { readonly sum: Sum; readonly value: Node } {
  const factors: Node[] = [];
  let value = cotangent;
  for (;;) {
    const { op, inputs } = value;
    const outside = op.kind === 'binary' && op.fn === 'mul' ? inputs.findIndex((x) => !m.loopsOf(x).has(position)) : -1;
    if (outside < 0) return { sum: { free, factors: factors.reverse() }, value };
    factors.push(inputs[outside]!);
    value = inputs[1 - outside]!;
  }
}

/** How a step's cotangent of a free variable leaves the loop; null: it is summed in a state. */
function leaving(m: GraphBuilder, axis: Axis, position: Node, free: Node, cotangent: Node): Share | null {
  const { later, inner } = withoutLater(m, position, cotangent);
  const share = leavingAs(m, axis, position, free, inner);
  return share === null || later.length === 0
    ? share
    : { ...share, total: (emitted) => share.total(emitted).map((each) => later.reduceRight((sum, op) => m.make(op, [sum]), each)) };
}

/** Signs and renames are applied to the sum instead. */
function withoutLater(m: GraphBuilder, position: Node, cotangent: Node): { readonly later: readonly Op[]; readonly inner: Node } {
  const later: Op[] = [];
  let inner = cotangent;
  for (
    ;
    m.loopsOf(inner).has(position) && (inner.op.kind === 'rename' || (inner.op.kind === 'unary' && inner.op.fn === 'neg'));
    inner = inner.inputs[0]!
  )
    later.push(inner.op);
  return { later, inner };
}

function leavingAs(m: GraphBuilder, axis: Axis, position: Node, free: Node, cotangent: Node): Share | null {
  const { op, inputs } = cotangent;
  const rank = (node: Node): number => axesOf(node).length;
  const whole = (node: Node): boolean => m.loopsOf(node).has(position);
  const keep = idsOf(cotangent);
  const { origin } = m;
  const sum = (node: Node, over: readonly string[]): Share => ({
    free: [free],
    emits: [node],
    total: ([emitted]) => [m.sum(emitted!, [axis.id, ...over])],
    origin,
  });
  if (!whole(cotangent)) return sum(cotangent, []);
  const outer = op.kind === 'contract' || (op.kind === 'binary' && op.fn === 'mul' && rank(cotangent) > Math.max(...inputs.map(rank)));
  if (outer && inputs.every((x) => !whole(x) || rank(x) <= Math.max(rank(cotangent), 2))) {
    const [a, b] = inputs;
    return {
      free: [free],
      emits: inputs.filter(whole),
      total: (emitted) => {
        const read = [...emitted];
        const [p, q] = [a, b].map((x) => (whole(x!) ? read.shift()! : x));
        return [product(m, p!, q!, keep)];
      },
      origin,
    };
  }
  if (op.kind === 'reduce' && op.fn === 'sum' && rank(inputs[0]!) <= 2) return sum(inputs[0]!, op.axes);
  // A weight matrix is summed in place: a copy for each step would be large.
  const small = rank(cotangent) <= 1 || (rank(cotangent) === 2 && hasAxis(axesOf(cotangent), BATCH.id));
  return small ? sum(cotangent, []) : null;
}
