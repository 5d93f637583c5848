/**
 * 'batched' to 'batched', for one decoding step: merges batch and beam into one axis of hypotheses, so that a map is applied to
 * all rows as one matrix product. Where a value per example, which has no beam, takes part, the two axes are split again.
 */
import type { Node, Op } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis, without } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, type Loop } from '../core/graph-builder.ts';
import { axesOf, BATCH, BEAM, HYPOTHESES } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, isRounds, isRows, mapRoots, Pass, type Facts } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';

export function mergeHypotheses(roots: Roots): Roots {
  const facts = analyse(roots.values());
  // A loop inside a step keeps the two axes apart, unless it is one over rounds.
  if ([...facts.results.keys()].some((scan) => !isRounds(scan))) return roots;
  const pass = new Merge(facts);
  return mapRoots(roots, (node) => pass.root(node));
}

const isBoth = (node: Node): boolean => hasAxis(axesOf(node), BATCH.id) && hasAxis(axesOf(node), BEAM.id);
const isOne = (node: Node): boolean => hasAxis(axesOf(node), BATCH.id) !== hasAxis(axesOf(node), BEAM.id);

class Merge extends Pass {
  readonly #apart = new Map<Node, Node>();

  constructor(facts: Facts) {
    super(new GraphBuilder(algebra), facts);
  }

  /** In the order of the root's own axes. */
  root(node: Node): Node {
    const made = this.#parts(node);
    return isRows(node) ? made : this.m.broadcast(made, axesOf(node));
  }

  /** With batch and beam split, as before. */
  #parts(node: Node): Node {
    const merged = this.get(node);
    const known = this.#apart.get(node);
    if (known !== undefined || !isBoth(node)) return known ?? merged;
    this.m.origin = node.origin;
    const parts = this.m.make({ kind: 'split', axis: HYPOTHESES.id, into: [BATCH, BEAM] }, [merged]);
    this.#apart.set(node, parts);
    return parts;
  }

  #merged(node: Node, parts: Node): Node {
    this.#apart.set(node, parts);
    if (!isBoth(node)) return parts;
    return this.m.make({ kind: 'merge', axes: [BATCH.id, BEAM.id], into: HYPOTHESES }, [parts]);
  }

  /** The elements of a sequence lie like the sequence. */
  protected override enter(x: Node, sequence: Node, loop: Loop): void {
    this.set(x, this.#merged(x, loop.scanned(this.#parts(sequence))));
  }

  /** The rows of a cache are passed on unchanged. */
  protected override *emitted(values: readonly Node[]): Making<readonly Node[]> {
    yield* this.all(values);
    return values.map((each) => (isRows(each) ? this.#parts(each) : this.get(each)));
  }

  protected override drop(node: Node): void {
    super.drop(node);
    this.#apart.delete(node);
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    const { m } = this;
    if (op.kind === 'result') {
      const made = yield* super.visit(node);
      if (isRows(node)) this.#apart.set(node, made);
      return made;
    }
    if (op.kind === 'input') {
      m.origin = node.origin;
      return this.#merged(node, m.leaf(op, typeOf(node)));
    }
    if (!node.inputs.some(isBoth) && !isBoth(node)) return yield* super.visit(node);
    const apart = op.kind === 'append' || op.kind === 'before' || node.inputs.some(isOne) || !node.inputs.some(isBoth);
    yield* this.all(node.inputs);
    const inputs = node.inputs.map((each) => (apart ? this.#parts(each) : this.get(each)));
    m.origin = node.origin;
    return apart ? this.#merged(node, this.operation(node, inputs)) : this.operation({ ...node, op: merged(op) }, inputs);
  }
}

/** The operation on merged operands: only a broadcast names the axes of its result. */
function merged(op: Op): Op {
  if (op.kind !== 'broadcast') return op;
  return { ...op, axes: [HYPOTHESES, ...without(op.axes, [BATCH.id, BEAM.id])] };
}
