/** Maps that the products of a loop read, concatenated outside of it: in rounds inside a loop, those of all rounds outside of both. */
import { folded } from '../../graph/fold.ts';
import type { Node } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { without } from '../../graph/spaces.ts';
import { isOf, operands } from '../../graph/walk.ts';
import type { GraphBuilder, Loop } from '../core/graph-builder.ts';
import type { Making } from '../core/making.ts';
import { isRounds, Pass, usesIn, type Facts, type Scan } from '../core/pass.ts';

/** A map that the step of a loop reads and does not change; `rounds`: it is an element of theirs. */
export interface OuterMap {
  readonly map: Node;
  readonly rounds: Scan | null;
}

type Joined = (maps: readonly Node[]) => Node;

/** What the rounds of one loop read concatenated, each for one round; and for all, once the body is complete. */
interface Packed {
  readonly all: ((outside: Loop) => Node)[];
  made: readonly Node[] | null;
}

export class MapPass extends Pass {
  /** In one step of a decoder, what stays outside is what parameters alone give. */
  protected readonly isStep: boolean;
  readonly #isFixed = folded(
    operands,
    ({ op, inputs }: Node, of) => op.kind === 'parameter' || op.kind === 'constant' || (inputs.length > 0 && inputs.every(of)),
  );
  readonly #uses: ReadonlyMap<Node, number>;
  /** By element of a sequence that rounds inside a loop read, and that does not change from step to step. */
  readonly #elements = new Map<Node, { readonly rounds: Scan; readonly sequence: Node }>();
  readonly #open = new Map<Scan, { readonly loop: Loop; readonly packed: Packed }>();

  constructor(m: GraphBuilder, facts: Facts, isStep = false) {
    super(m, facts);
    this.isStep = isStep;
    for (const rounds of facts.nodes.filter(isRounds)) {
      rounds.op.region.xs.forEach((element, k) => {
        const sequence = rounds.inputs[k]!;
        if (facts.loopsOf(sequence).size < facts.loopsOf(rounds).size) this.#elements.set(element, { rounds, sequence });
      });
    }
    this.#uses = usesIn(facts.nodes);
  }

  protected isUsedOnce(node: Node): boolean {
    return this.#uses.get(node) === 1;
  }

  protected override *bind(scan: Scan, loop: Loop, states: readonly number[]): Making<void> {
    this.#open.set(scan, { loop, packed: { all: [], made: null } });
    yield* super.bind(scan, loop, states);
  }

  /** Null: the map may change from step to step of the loop that `product` is in. */
  protected outerMap(map: Node, product: Node): OuterMap | null {
    const rounds = this.#roundsOf(map);
    const isOutside = this.facts.loopsOf(map).size < this.facts.loopsOf(product).size;
    return rounds !== null || isOutside || (this.isStep && this.#isFixed(map)) ? { map, rounds } : null;
  }

  /** The rounds that a map is an element of, under its own names or others. */
  #roundsOf(map: Node): Scan | null {
    return isOf(map, 'rename') ? this.#roundsOf(map.inputs[0]!) : (this.#elements.get(map)?.rounds ?? null);
  }

  /** @param maps of the same rounds, or of none */
  protected *joinedMaps(maps: readonly OuterMap[], joined: Joined): Making<Node> {
    const { rounds } = maps[0]!;
    return rounds === null ? joined(yield* this.all(maps.map(({ map }) => map))) : yield* this.#ofRound(rounds, maps, joined);
  }

  /** The concatenated maps of one round. Those of all rounds are made in one loop, outside of the loop that the rounds are in. */
  *#ofRound(rounds: Scan, maps: readonly OuterMap[], joined: Joined): Making<Node> {
    const { loop, packed } = this.#open.get(rounds)!;
    const { axis } = rounds.op;
    const sequences: Node[] = [];
    for (const { map } of maps) sequences.push(yield* this.#ofAllRounds(map));
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
}
