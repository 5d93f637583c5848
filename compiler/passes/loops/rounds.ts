/**
 * Rounds of a `repeat`, which are a scan over an axis that counts them: a parameter that a round reads at its own position is a
 * sequence of the scan, one element a round; and rounds written out one by one, for what keeps something apart in each.
 */
import { constantOf } from '../../size/size.ts';
import { GraphError } from '../../graph/errors.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { sizeOf, without } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, type Loop } from '../core/graph-builder.ts';
import { axesOf } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, isRounds, mapRoots, Pass, type Scan } from '../core/pass.ts';

/** 'inlined' to 'inlined'. */
export function scanRounds(roots: Roots): Roots {
  const facts = analyse(roots.values());
  if (!facts.nodes.some(isRounds)) return roots;
  const pass = new ScanRounds(new GraphBuilder(), facts);
  return mapRoots(roots, (node) => pass.get(node));
}

/** 'inlined' to 'inlined': no loop over rounds is left. Their numbers are known. */
export function unrollRounds(roots: Roots): Roots {
  const facts = analyse(roots.values());
  if (!facts.nodes.some(isRounds)) return roots;
  const pass = new UnrollRounds(new GraphBuilder(), facts);
  return mapRoots(roots, (node) => pass.get(node));
}

class ScanRounds extends Pass {
  /** By the position of an open loop over rounds. */
  readonly #open = new Map<Node, { readonly loop: Loop; readonly axis: Axis }>();

  protected override *bind(scan: Scan, loop: Loop, states: readonly number[]): Making<void> {
    if (isRounds(scan)) this.#open.set(loop.position, { loop, axis: scan.op.axis });
    yield* super.bind(scan, loop, states);
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    if (op.kind !== 'gather') return super.operation(node, inputs);
    const [t, place] = [inputs[0]!, inputs[1]!];
    const open = this.#open.get(place);
    const isOwn = axesOf(t).some(({ id, rounds }) => id === op.axis && rounds === true) && !this.m.loopsOf(t).has(place);
    return open !== undefined && isOwn ? open.loop.scanned(this.m.rename(t, op.axis, open.axis)) : super.operation(node, inputs);
  }
}

class UnrollRounds extends Pass {
  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    const [t, place] = [inputs[0]!, inputs[1]!];
    if (op.kind !== 'gather' || t.op.kind !== 'parameter' || place.op.kind !== 'constant') return super.operation(node, inputs);
    const axis = axesOf(t).find(({ id }) => id === op.axis);
    if (axis?.rounds !== true) return super.operation(node, inputs);
    // The parameter of one round.
    const type = typeOf(t);
    const path = t.op.path.replace('[*]', `[${place.op.value}]`);
    return this.m.leaf({ kind: 'parameter', path, common: t.op.common ?? t.op.path }, { ...type, axes: without(type.axes, [axis.id]) });
  }

  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    if (!isRounds(node)) return yield* super.scan(node);
    const { m } = this;
    const { op } = node;
    const { region } = op;
    const count = constantOf(sizeOf(op.axis.space));
    if (count === null) throw new GraphError('the number of rounds is not known');
    const states = this.neededStates(node);
    const emits = this.neededEmits(node);
    let values = yield* this.all(states.map((k) => node.inputs[region.xs.length + k]!));
    const emitted: (readonly Node[])[] = [];
    for (let step = 0; step < count; step++) {
      this.forget(node);
      m.origin = node.origin;
      const round = op.reversed ? count - 1 - step : step;
      this.set(region.position, m.constant(round, 'int'));
      for (const [k, x] of region.xs.entries()) {
        if (!this.needs(x)) continue;
        const sequence = yield* this.one(node.inputs[k]!);
        this.set(x, m.make({ kind: 'gather', axis: op.axis.id, inside: true }, [sequence, m.constant(round, 'int')]));
      }
      states.forEach((k, j) => this.set(region.states[k]!, values[j]!));
      values = yield* this.all(states.map((k) => region.nexts[k]!));
      emitted.push(yield* this.all(emits.map((k) => region.emits[k]!)));
    }
    if (op.reversed) emitted.reverse();
    m.origin = node.origin;
    const stacked = emits.map((_, j) =>
      m.make(
        { kind: 'concat', axis: op.axis, parts: emitted.map(() => null) },
        emitted.map((round) => round[j]!),
      ),
    );
    return new Map([
      ...states.map((k, j): [number, Node] => [k, values[j]!]),
      ...emits.map((k, j): [number, Node] => [region.states.length + k, stacked[j]!]),
    ]);
  }
}
