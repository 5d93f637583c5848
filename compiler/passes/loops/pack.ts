/**
 * Products that a step of a loop adds up become one product: A x + B y = [A B] [x; y]. The maps are concatenated once, outside
 * the loop; inside it, two products and a sum become one concatenation and one product. In rounds inside a loop the maps of all
 * rounds are concatenated outside of both.
 */
import type { Axis, Node } from '../../graph/graph.ts';
import { isOf } from '../../graph/walk.ts';
import { typeOf } from '../../graph/infer.ts';
import { without } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, type Loop } from '../core/graph-builder.ts';
import { axesOf, idsOf } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, isRounds, mapRoots, Pass, type Facts, type Scan } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';
import { isSum, termsOf } from '../core/sums.ts';

export function pack(roots: Roots): Roots {
  const pass = new Pack(new GraphBuilder(algebra), analyse(roots.values()));
  return mapRoots(roots, (node) => pass.get(node));
}

/** `map` is outside the loop that contains `value`; `over` is the axis they are contracted over. */
interface Term {
  readonly node: Node;
  readonly value: Node;
  readonly map: Node;
  readonly over: Axis;
  /** The rounds that the map is an element of. */
  readonly rounds: Scan | null;
}

type Joined = (maps: readonly Node[]) => Node;

/** What the rounds of one loop read concatenated, each for one round; and for all, once the body is complete. */
interface Packed {
  readonly all: ((outside: Loop) => Node)[];
  made: readonly Node[] | null;
}

interface Sum {
  readonly terms: readonly Term[];
  readonly rest: readonly Node[];
}

class Pack extends Pass {
  readonly #uses = new Map<Node, number>();
  readonly #sums = new Map<Node, Sum | null>();
  /** By element of a sequence that rounds inside a loop read, and that does not change from step to step. */
  readonly #elements = new Map<Node, { readonly rounds: Scan; readonly sequence: Node }>();
  readonly #open = new Map<Scan, { readonly loop: Loop; readonly packed: Packed }>();

  constructor(m: GraphBuilder, facts: Facts) {
    super(m, facts);
    for (const rounds of facts.nodes.filter(isRounds)) {
      rounds.op.region.xs.forEach((element, k) => {
        const sequence = rounds.inputs[k]!;
        if (facts.loopsOf(sequence).size < facts.loopsOf(rounds).size) this.#elements.set(element, { rounds, sequence });
      });
    }
    const use = (node: Node): void => void this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1);
    for (const node of facts.nodes) {
      if (node.op.kind === 'scan') [...node.op.region.nexts, ...node.op.region.emits].forEach(use);
      node.inputs.forEach(use);
    }
  }

  protected override *bind(scan: Scan, loop: Loop, states: readonly number[]): Making<void> {
    this.#open.set(scan, { loop, packed: { all: [], made: null } });
    yield* super.bind(scan, loop, states);
  }

  override *visit(node: Node): Making<Node> {
    const sum = this.#sumOf(node);
    if (sum === null) return yield* super.visit(node);
    const rest = yield* this.all(sum.rest);
    const product = yield* this.#packed(sum.terms);
    this.m.origin = node.origin;
    return rest.reduce((all, each) => this.m.add(all, each), product);
  }

  /** The terms of a sum that become one product, and the others; null where there are fewer than two. */
  #sumOf(node: Node): Sum | null {
    let sum = this.#sums.get(node);
    if (sum === undefined) {
      sum = this.#divided(node);
      this.#sums.set(node, sum);
    }
    return sum;
  }

  #divided(node: Node): Sum | null {
    if (!isSum(node) || this.facts.loopsOf(node).size === 0) return null;
    const { terms: all, sums } = termsOf(node, (each) => this.#uses.get(each) === 1);
    const groups = new Map<string, Term[]>();
    for (const each of all) {
      const term = this.#term(each);
      if (term === null) continue;
      const rest = (x: Node): string =>
        idsOf(x)
          .filter((id) => id !== term.over.id)
          .sort()
          .join();
      const key = `${rest(term.value)} | ${rest(term.map)} | ${term.rounds?.id}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [term]);
      else group.push(term);
    }
    const [largest] = [...groups.values()].sort((a, b) => b.length - a.length);
    if (largest === undefined || largest.length < 2) {
      // Then its inner sums have none either.
      for (const each of sums) this.#sums.set(each, null);
      return null;
    }
    const packed = new Set(largest.map((term) => term.node));
    return { terms: largest, rest: all.filter((each) => !packed.has(each)) };
  }

  /** One vector per example, times a map that no step changes. */
  #term(node: Node): Term | null {
    const { op } = node;
    if (op.kind !== 'contract' || op.axes.length !== 1 || this.#uses.get(node) !== 1) return null;
    for (const [value, map] of [node.inputs, [...node.inputs].reverse()] as const) {
      const rounds = this.#roundsOf(map!);
      const isOutside = rounds !== null || this.facts.loopsOf(map!).size < this.facts.loopsOf(node).size;
      if (!isOutside || axesOf(value!).length !== 2 || axesOf(map!).length !== 2) continue;
      const over = axesOf(value!).find(({ id }) => id === op.axes[0])!;
      if (without(axesOf(value!), idsOf(map!)).length === 1) return { node, value: value!, map: map!, over, rounds };
    }
    return null;
  }

  /** The rounds that a map is an element of, under its own names or others. */
  #roundsOf(map: Node): Scan | null {
    return isOf(map, 'rename') ? this.#roundsOf(map.inputs[0]!) : (this.#elements.get(map)?.rounds ?? null);
  }

  /** The concatenated maps of one round. Those of all rounds are made in one loop, outside of the loop that the rounds are in. */
  *#ofRound(rounds: Scan, terms: readonly Term[], joined: Joined): Making<Node> {
    const { loop, packed } = this.#open.get(rounds)!;
    const { axis } = rounds.op;
    const sequences: Node[] = [];
    for (const { map } of terms) sequences.push(yield* this.#ofAllRounds(map));
    const k = packed.all.push((outside) => joined(sequences.map((sequence) => outside.scanned(sequence)))) - 1;
    const type = typeOf(joined(sequences));
    return loop.later({ ...type, axes: without(type.axes, [axis.id]) }, () => {
      packed.made ??= this.m.scan(axis, false, [], (outside) => ({ nexts: [], emits: packed.all.map((each) => each(outside)) })).emits;
      return packed.made[k]!;
    });
  }

  *#ofAllRounds(map: Node): Making<Node> {
    if (!isOf(map, 'rename')) return yield* this.one(this.#elements.get(map)!.sequence);
    return this.m.make(map.op, [yield* this.#ofAllRounds(map.inputs[0]!)]);
  }

  *#packed(terms: readonly Term[]): Making<Node> {
    const { m } = this;
    const parts = terms.map(({ over }) => over.id);
    const axis: Axis = {
      id: `(${parts.join('+')})`,
      label: terms[0]!.over.label,
      space: { kind: 'cat', parts: terms.map(({ over }) => over.space) },
    };
    const { rounds } = terms[0]!;
    const joined: Joined = (inputs) => {
      m.origin = { ...terms[0]!.node.origin, name: null };
      return m.make({ kind: 'concat', axis, parts }, inputs);
    };
    const values = joined(yield* this.all(terms.map(({ value }) => value)));
    const maps = rounds === null ? joined(yield* this.all(terms.map(({ map }) => map))) : yield* this.#ofRound(rounds, terms, joined);
    m.origin = { ...terms[0]!.node.origin, name: null };
    return m.contract(values, maps, [axis.id]);
  }
}
