/**
 * Products of one value by several maps, such as the gates of a cell, become one product: A x, B x = parts of [A; B] x. The maps
 * are concatenated once, outside the loop; so are the other terms that the sums around the products have in common: products of
 * other values and biases.
 */
import { size as sizes } from '../../size/size.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { folded } from '../../graph/fold.ts';
import { hasAxis, isRagged, sizeOf, spaceKey, unitAxis, without } from '../../graph/spaces.ts';
import { isOf, operands } from '../../graph/walk.ts';
import { algebra } from '../core/algebra.ts';
import { axesOf, BATCH, BEAM } from '../core/axes.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, unnamed } from '../core/graph-builder.ts';
import type { Making } from '../core/making.ts';
import { analyse, mapRoots, type Facts } from '../core/pass.ts';
import { isSum, termsOf } from '../core/sums.ts';
import { MapPass, type OuterMap } from './maps.ts';

/** @param isStep are these the roots of one step, whose maps are concatenated once for all? */
export function gates(roots: Roots, isStep = false): Roots {
  const pass = new Gates(new GraphBuilder(algebra), analyse(roots.values()), isStep);
  return mapRoots(roots, (node) => pass.get(node));
}

/** One vector per example (and hypothesis) times a map. */
interface Product extends OuterMap {
  readonly node: Node;
  readonly value: Node;
  /** The axis that they are contracted over, as the map calls it. */
  readonly over: Axis;
  /** Equal for products of the same value, whatever its axis is called. */
  readonly key: string;
}

/** A sum of products, biases and other terms; or a product alone. */
interface Sum {
  readonly node: Node;
  /** Of the result, without the examples. */
  readonly outs: readonly Axis[];
  readonly products: readonly Product[];
  /** What has the axes of the result, and no step changes. */
  readonly biases: readonly OuterMap[];
  readonly terms: readonly Node[];
}

/** `own`: the axis along which it is a part of the whole; null: it is one position. `common`: the others, which all parts have. */
interface Part {
  readonly sum: Sum;
  readonly common: readonly Axis[];
  readonly own: Axis | null;
}

/** Sums that become parts of one. */
interface Group {
  readonly parts: readonly Part[];
  /** By what all parts have in common, one for each part: products, then biases. */
  readonly products: readonly (readonly Product[])[];
  readonly biases: readonly OuterMap[] | null;
  /** By part: the other terms of its sum. */
  readonly rests: readonly (readonly Node[])[];
}

const EXAMPLES: readonly string[] = [BATCH.id, BEAM.id];

class Gates extends MapPass {
  readonly #groups = new Map<Node, { readonly group: Group; readonly index: number }>();
  readonly #wholes = new Map<Group, Node>();
  readonly #isStateful: (node: Node) => boolean;

  constructor(m: GraphBuilder, facts: Facts, isStep: boolean) {
    super(m, facts, isStep);
    this.#isStateful = folded(
      (node) => this.#sources(node),
      (node, of) => isStep || facts.arguments.get(node)?.kind === 'state' || this.#sources(node).some(of),
    );
    for (const group of this.#found()) group.parts.forEach(({ sum }, index) => this.#groups.set(sum.node, { group, index }));
  }

  #sources(node: Node): readonly Node[] {
    const place = this.facts.arguments.get(node);
    return place?.kind === 'x' ? [place.scan.inputs[place.index]!] : operands(node);
  }

  override *visit(node: Node): Making<Node> {
    const found = this.#groups.get(node);
    if (found === undefined) return yield* super.visit(node);
    const { group, index } = found;
    let whole = this.#wholes.get(group);
    if (whole === undefined) {
      whole = yield* this.#whole(group);
      this.#wholes.set(group, whole);
    }
    const rest = yield* this.all(group.rests[index]!);
    this.m.origin = node.origin;
    return rest.reduce((all, each) => this.m.add(all, each), partOf(this.m, whole, group.parts, index));
  }

  protected override drop(node: Node): void {
    super.drop(node);
    const found = this.#groups.get(node);
    if (found !== undefined) this.#wholes.delete(found.group);
  }

  *#whole({ parts, products, biases }: Group): Making<Node> {
    const { m } = this;
    const origin = unnamed(parts[0]!.sum.node.origin);
    const joined = (maps: readonly Node[]): Node => {
      m.origin = origin;
      return concatenated(m, parts, maps);
    };
    const terms: Node[] = [];
    for (const each of products) {
      const { value, over } = each[0]!;
      const vector = yield* this.one(value);
      const maps = yield* this.joinedMaps(each, (all) => joined(all.map((map, k) => m.rename(map, each[k]!.over.id, over))));
      m.origin = origin;
      terms.push(m.contract(vector, maps, [over.id]));
    }
    if (biases !== null) terms.push(yield* this.joinedMaps(biases, joined));
    m.origin = origin;
    return terms.reduce((a, b) => m.add(a, b));
  }

  /** Those that save most first; a sum is in one at most. */
  #found(): readonly Group[] {
    const byValue = new Map<string, Sum[]>();
    for (const sum of this.#sums())
      for (const { value, key, rounds } of sum.products) {
        const common = `${key} ${rounds?.id}`;
        if (this.#isStateful(value)) byValue.set(common, [...(byValue.get(common) ?? []), sum]);
      }
    let open = [...byValue.values()].flatMap(aligned).map((parts) => parts.toSorted(byText));
    const found: Group[] = [];
    for (;;) {
      const groups = open.filter((parts) => parts.length > 1).map(grouped);
      const best = groups.reduce<Group | null>((a, b) => (a === null || this.#saving(b) > this.#saving(a) ? b : a), null);
      if (best === null || this.#saving(best) < 0) return found;
      found.push(best);
      const taken = new Set(best.parts.map(({ sum }) => sum));
      open = open.map((parts) => parts.filter(({ sum }) => !taken.has(sum)));
    }
  }

  /** Operations of a step that a group saves; what depends on no state is computed outside of it, and added. */
  #saving({ parts, products, biases }: Group): number {
    const inStep = products.filter(([first]) => this.#isStateful(first!.value)).length;
    const isAdded = biases !== null || inStep < products.length;
    return (parts.length - 1) * (2 * inStep - 1 + (isAdded ? 1 : 0)) - parts.length;
  }

  #sums(): readonly Sum[] {
    const inner = new Set<Node>();
    const all: Sum[] = [];
    for (const node of this.facts.nodes.toReversed()) {
      if (inner.has(node) || (this.facts.loopsOf(node).size === 0 && !this.isStep) || !(isSum(node) || isOf(node, 'contract'))) continue;
      const { terms, sums } = isSum(node) ? termsOf(node, (each) => this.isUsedOnce(each)) : { terms: [node], sums: [] };
      for (const each of [...terms, ...sums]) inner.add(each);
      const outs = without(axesOf(node), EXAMPLES);
      const products = terms.flatMap((term) => (term === node || this.isUsedOnce(term) ? (this.#product(term, outs) ?? []) : []));
      const biases = terms.flatMap((term) => {
        const bias = sameIds(axesOf(term), outs) ? this.outerMap(term, node) : null;
        return bias === null || isOf(term, 'contract') ? [] : [bias];
      });
      all.push({ node, outs, products, biases, terms });
    }
    return all;
  }

  #product(node: Node, outs: readonly Axis[]): Product | null {
    if (!isOf(node, 'contract') || node.op.axes.length !== 1) return null;
    const [over] = node.op.axes;
    for (const [value, factor] of [node.inputs, node.inputs.toReversed()] as const) {
      const outer = this.outerMap(factor!, node);
      if (outer === null || without(axesOf(value!), [...EXAMPLES, over!]).length > 0) continue;
      if (!sameIds(without(axesOf(factor!), [over!]), outs) || axesOf(factor!).some(({ space }) => isRagged(space))) continue;
      return { ...outer, node, value: value!, over: axesOf(factor!).find(({ id }) => id === over)!, key: keyOf(value!, over!) };
    }
    return null;
  }
}

const sameIds = (a: readonly Axis[], b: readonly Axis[]): boolean => a.length === b.length && a.every(({ id }) => hasAxis(b, id));

/** The value without its names. */
function keyOf(value: Node, over: string): string {
  return isOf(value, 'rename') ? keyOf(value.inputs[0]!, value.op.to.id === over ? value.op.from : over) : `${value.id} ${over}`;
}

/** Parts whose sums have the same axes but for one; a sum whose axes the others have in common is one position of the whole. */
function aligned(sums: readonly Sum[]): readonly (readonly Part[])[] {
  const groups = new Map<string, Part[]>();
  const keyOfAxes = (axes: readonly Axis[]): string => axes.map(({ space }) => spaceKey(space)).join();
  const put = (sum: Sum, common: readonly Axis[], own: Axis | null): void => {
    const key = keyOfAxes(common);
    groups.set(key, [...(groups.get(key) ?? []), { sum, common, own }]);
  };
  for (const sum of sums) if (sum.outs.length >= 2) put(sum, sum.outs.slice(0, -1), sum.outs.at(-1)!);
  for (const sum of sums)
    if (sum.outs.length < 2) {
      const isCommon = sum.outs.length === 0 || groups.has(keyOfAxes(sum.outs));
      put(sum, isCommon ? sum.outs : [], isCommon ? null : sum.outs[0]!);
    }
  return [...groups.values()];
}

/** In the order of the program. */
function byText({ sum: { node: a } }: Part, { sum: { node: b } }: Part): number {
  return a.origin.start - b.origin.start || a.id - b.id;
}

/** What the parts have in common. */
function grouped(parts: readonly Part[]): Group {
  const sums = parts.map(({ sum }) => sum);
  const [first] = sums as [Sum];
  const products = first.products.flatMap(({ key, rounds }) => {
    const those = sums.map((sum) => sum.products.filter((each) => each.key === key && each.rounds === rounds));
    return those.every((each) => each.length === 1) ? [those.flat()] : [];
  });
  const rounds = products[0]?.[0]?.rounds ?? null;
  const hasBiases = sums.every((sum) => sum.biases.length === 1 && sum.biases[0]!.rounds === rounds);
  const biases = hasBiases ? sums.map((sum) => sum.biases[0]!) : null;
  const packed = new Set([...products.flat().map(({ node }) => node), ...(biases ?? []).map(({ map }) => map)]);
  return { parts, products, biases, rests: sums.map(({ terms }) => terms.filter((term) => !packed.has(term))) };
}

const wholeAxis = (parts: readonly Part[]): Axis => ({
  id: `(${parts.map(({ own }) => own?.id ?? '1').join('+')})`,
  label: parts.find(({ own }) => own !== null)?.own?.label ?? 'gates',
  space: { kind: 'cat', parts: parts.map(({ own }, k) => own?.space ?? unitAxis(k).space) },
});

/** The axes that all have in common are called as in the first. */
function concatenated(m: GraphBuilder, parts: readonly Part[], maps: readonly Node[]): Node {
  const named = maps.map((map, k) => renamed(m, map, parts[k]!.common, parts[0]!.common));
  return m.make({ kind: 'concat', axis: wholeAxis(parts), parts: parts.map(({ own }) => own?.id ?? null) }, named);
}

const renamed = (m: GraphBuilder, x: Node, from: readonly Axis[], to: readonly Axis[]): Node =>
  from.reduce((made, { id }, k) => (id === to[k]!.id ? made : m.rename(made, id, to[k]!)), x);

function partOf(m: GraphBuilder, whole: Node, parts: readonly Part[], index: number): Node {
  const start = parts
    .slice(0, index)
    .reduce((sum, { own }) => sizes.add(sum, own === null ? sizes.int(1) : sizeOf(own.space)), sizes.int(0));
  const { common, own } = parts[index]!;
  const part = m.make({ kind: 'slice', axis: wholeAxis(parts).id, start, into: own }, [whole]);
  return renamed(m, part, parts[0]!.common, common);
}
