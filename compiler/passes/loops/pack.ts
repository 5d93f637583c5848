/**
 * Products that a step of a loop adds up become one product: A x + B y = [A B] [x; y]. The maps are concatenated once, outside
 * the loop; inside it, two products and a sum become one concatenation and one product.
 */
import type { Axis, Node } from '../../graph/graph.ts';
import { without } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf, idsOf } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, mapRoots } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';
import { isSum, termsOf } from '../core/sums.ts';
import { MapPass, type OuterMap } from './maps.ts';

export function pack(roots: Roots): Roots {
  const pass = new Pack(new GraphBuilder(algebra), analyse(roots.values()));
  return mapRoots(roots, (node) => pass.get(node));
}

/** `map` is outside the loop that contains `value`; `over` is the axis they are contracted over. */
interface Term extends OuterMap {
  readonly node: Node;
  readonly value: Node;
  readonly over: Axis;
}

interface Sum {
  readonly terms: readonly Term[];
  readonly rest: readonly Node[];
}

class Pack extends MapPass {
  readonly #sums = new Map<Node, Sum | null>();

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
    const { terms: all, sums } = termsOf(node, (each) => this.isUsedOnce(each));
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
    if (op.kind !== 'contract' || op.axes.length !== 1 || !this.isUsedOnce(node)) return null;
    for (const [value, factor] of [node.inputs, [...node.inputs].reverse()] as const) {
      const outer = this.outerMap(factor!, node);
      if (outer === null || axesOf(value!).length !== 2 || axesOf(outer.map).length !== 2) continue;
      const over = axesOf(value!).find(({ id }) => id === op.axes[0])!;
      if (without(axesOf(value!), idsOf(outer.map)).length === 1) return { ...outer, node, value: value!, over };
    }
    return null;
  }

  *#packed(terms: readonly Term[]): Making<Node> {
    const { m } = this;
    const parts = terms.map(({ over }) => over.id);
    const axis: Axis = {
      id: `(${parts.join('+')})`,
      label: terms[0]!.over.label,
      space: { kind: 'cat', parts: terms.map(({ over }) => over.space) },
    };
    const joined = (inputs: readonly Node[]): Node => {
      m.origin = { ...terms[0]!.node.origin, name: null };
      return m.make({ kind: 'concat', axis, parts }, inputs);
    };
    const values = joined(yield* this.all(terms.map(({ value }) => value)));
    const maps = yield* this.joinedMaps(terms, joined);
    m.origin = { ...terms[0]!.node.origin, name: null };
    return m.contract(values, maps, [axis.id]);
  }
}
