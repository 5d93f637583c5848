/** The state of the oracle while it runs: the open regions, outermost first, and how many positions each axis has there. */
import { evaluate, type Size } from '../size/size.ts';
import { arrange, count, cut, fill, fillMask, hasExtent, presence, takeTensor, type Extent, type Mask, type Tensor } from './arrays.ts';
import { flatten, isValue, showSizes, type Bindings, type Nested, type Value } from './bindings.ts';
import { GraphError } from '../graph/errors.ts';
import type { Axis, Dim, Node, NodeOf, Space, TensorType } from '../graph/graph.ts';
import { isGiven } from '../graph/infer.ts';
import { hasAxis, innerDims, isInner, maskKey, sameSpace, showType, sizeOf } from '../graph/spaces.ts';
import { operands, reachable } from '../graph/walk.ts';

/** One run of a region: a step of a scan, one element of a call, or the whole program. */
export interface Environment {
  /** A call's body sees only leaves from outside. */
  readonly whole: boolean;
  /** All results of the region's arguments and of the nodes computed in it. */
  readonly values: Map<Node, readonly Tensor[]>;
  /** The call whose body this is. */
  readonly call: NodeOf<'call'> | null;
  /** A call's extras, and its positions along them. */
  readonly extras: readonly Axis[];
  readonly places: readonly number[];
  /** The position along each axis that is visited one position at a time: a call's extras, and the outer axes of inner dims. */
  readonly bound: ReadonlyMap<string, number>;
  /** Identifies this run among those of its region: a call's positions, a scan's step. */
  readonly run: string;
  /** For a clock: the current time, and what earlier times computed. */
  readonly clock: Clock | null;
  /** For a scan along a clock: is this a step of an earlier time, already computed? */
  readonly past: boolean;
  /** For a call lifted over the clock, or a scan along it: the position of this run. */
  readonly anchor: number | null;
  /** For a scan's step: the dim that `past` ranges over, and by state argument the values so far. */
  readonly tape: { readonly dim: Dim; readonly places: number; readonly past: ReadonlyMap<Node, readonly Tensor[]> } | null;
  /** For a step over the rounds of a `repeat`: the scan, and which round. */
  readonly rounds: { readonly scan: NodeOf<'scan'>; readonly place: number } | null;
  has(argument: Node): boolean;
  covers?(node: Node): boolean;
}

export interface Clock {
  readonly space: Space;
  /** The number of positions that exist. */
  readonly places: number;
  /** By the runs around and the node: its results at the previous time. */
  readonly kept: Map<string, readonly Tensor[]>;
}

export function environment(
  bound: readonly (readonly [Node, Tensor])[],
  where: Pick<Environment, 'whole' | 'run'> & Partial<Environment>,
): Environment {
  const args = new Set(bound.map(([argument]) => argument));
  return {
    call: null,
    extras: [],
    places: [],
    bound: new Map(),
    clock: null,
    past: false,
    anchor: null,
    tape: null,
    rounds: null,
    ...where,
    values: new Map(bound.map(([argument, value]) => [argument, [value]])),
    has: (argument) => args.has(argument),
  };
}

/** Is it an axis of the clock's space, whose positions come into existence one by one? */
export function isClocked(axis: Axis, clock: Clock): boolean {
  return sameSpace(axis.space, clock.space);
}

export function clockedIds(type: TensorType, clock: Clock): readonly string[] {
  return [...type.axes, ...type.masks.flat()].filter((axis) => isClocked(axis, clock)).map(({ id }) => id);
}

/**
 * The nodes inside a clock: those with an axis of its space, and those computed from them. Given values have all their positions
 * from the start.
 */
export function clockedNodes(results: readonly Node[], space: Space): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of reachable(results)) {
    if (isGiven(node.op)) continue;
    if (
      node.types.some(({ axes, masks }) => [...axes, ...masks.flat()].some((axis) => sameSpace(axis.space, space))) ||
      operands(node).some((operand) => found.has(operand))
    )
      found.add(node);
  }
  return found;
}

export class Scopes {
  /** Outermost first. */
  readonly stack: Environment[] = [environment([], { whole: false, run: '' })];
  readonly bindings: Bindings;
  readonly #sizes = new Map<string, number>();

  constructor(bindings: Bindings) {
    this.bindings = bindings;
  }

  clock(): Clock | null {
    return this.stack.findLast((scope) => scope.clock !== null)?.clock ?? null;
  }

  place(axis: string): number | undefined {
    return this.stack.findLast((scope) => scope.bound.has(axis))?.bound.get(axis);
  }

  /** Runs at one position of some axes. */
  at<T>(bound: ReadonlyMap<string, number>, run: () => T): T {
    this.stack.push({ ...environment([], { whole: false, run: '' }), bound });
    try {
      return run();
    } finally {
      this.stack.pop();
    }
  }

  inside(scope: Environment, run: () => unknown): void {
    this.stack.push(scope);
    try {
      run();
    } finally {
      this.stack.pop();
    }
  }

  number(size: Size): number {
    const known = this.#sizes.get(size.key);
    if (known !== undefined) return known;
    let grows = false;
    const value = evaluate(size, (atom) => {
      const tape = this.stack.findLast((scope) => scope.tape?.dim.id === atom)?.tape ?? null;
      grows ||= tape !== null;
      return tape?.places ?? this.#atom(atom);
    });
    if (!grows) this.#sizes.set(size.key, value);
    return value;
  }

  #atom(atom: string): number {
    const value = this.bindings.sizes.get(atom);
    if (value === undefined) throw new GraphError(`no size ${atom} is bound`);
    return value;
  }

  extents(axes: readonly Axis[]): readonly Extent[] {
    const clock = this.clock();
    const { inner } = this.bindings;
    const open = inner === undefined ? axes : axes.filter(({ id }) => this.place(id) === undefined);
    return open.map((axis) => {
      if (inner !== undefined && isInner(axis.space) && innerDims(axis.space).every(({ dim }) => inner.has(dim.id)))
        return { id: axis.id, size: this.length(axis) };
      return { id: axis.id, size: clock !== null && isClocked(axis, clock) ? clock.places : this.number(sizeOf(axis.space)) };
    });
  }

  /** The length of an axis at one position of the outer axes of its dims; where that is not fixed, the greatest length. */
  length({ space }: Axis, at: ReadonlyMap<string, number> = new Map()): number {
    const lengths = new Map(
      innerDims(space).map(({ dim, within }) => {
        const each = this.bindings.inner?.get(dim.id);
        const place = at.get(within.id) ?? this.place(within.id);
        if (each === undefined || (place !== undefined && place >= each.length))
          throw new GraphError(`no length of ${dim.id} is bound for each position of ${within.id}`);
        return [dim.id, place === undefined ? Math.max(0, ...each) : each[place]];
      }),
    );
    return evaluate(sizeOf(space), (atom) => lengths.get(atom) ?? this.#atom(atom));
  }

  /** The outer axes of inner dims among these, if not fixed to one position. */
  parents(axes: readonly Axis[]): readonly Axis[] {
    const { inner } = this.bindings;
    if (inner === undefined) return [];
    const within = axes
      .flatMap(({ space }) => innerDims(space))
      .filter(({ dim, within: parent }) => inner.has(dim.id) && this.place(parent.id) === undefined);
    return within
      .map((each) => each.within)
      .filter((parent, k, all) => hasAxis(axes, parent.id) && all.findIndex(({ id }) => id === parent.id) === k);
  }

  /** Masks of the positions that inner dims have, for those that come together with their outer axis. */
  ends(axes: readonly Axis[]): readonly Mask[] {
    return this.parents(axes).flatMap((parent) =>
      axes
        .filter(({ space }) => innerDims(space).some(({ within }) => within.id === parent.id))
        .map((axis) => {
          const outer = this.extents([parent])[0]!;
          const lengths = Array.from({ length: outer.size }, (_, place) => this.length(axis, new Map([[parent.id, place]])));
          return fillMask([outer, ...this.extents([axis])], ([place, at]) => at! < lengths[place!]!);
        }),
    );
  }

  /**
   * What a run at one position of an axis sees: that position, except along axes that are read `whole`, and of inner dims only
   * the positions that exist there.
   */
  seen(x: Tensor, type: TensorType, whole: readonly string[]): Tensor {
    if (this.bindings.inner === undefined) return x;
    const taken = type.axes.reduce((part, { id }) => {
      const place = this.place(id);
      return place === undefined || whole.includes(id) || !hasExtent(part, id) ? part : takeTensor(part, id, place);
    }, x);
    return [...type.axes, ...type.masks.flat()].reduce((part, axis) => {
      if (!isInner(axis.space)) return part;
      const [own] = this.extents([axis]);
      return own === undefined ? part : cut(part, [axis.id], own.size);
    }, taken);
  }

  sized(data: Float64Array, type: TensorType, what: string): Tensor {
    const axes = this.extents(type.axes);
    if (data.length !== count(axes)) throw new GraphError(`${what} is ${showSizes(axes)}, given ${data.length} elements`);
    return { axes, data, masks: [] };
  }

  given(value: Value | Nested | undefined, type: TensorType, what: string): Tensor {
    if (value === undefined) throw new GraphError(`no ${what} is bound`);
    if (isValue(value)) {
      const masks = value.present === null ? [] : [{ axes: value.axes, data: value.present }];
      return { axes: value.axes, data: value.data, masks };
    }
    const axes = this.extents(type.axes);
    return this.sized(Float64Array.from(flatten(value, axes, what, this.ends(type.axes).length > 0)), type, what);
  }

  /** The tensor with exactly the axes and masks of its type, in order: this catches rules that disagree with `infer`. */
  conform(x: Tensor, type: TensorType): Tensor {
    const axes = this.extents(type.axes);
    const extra = x.axes.filter(({ id, size }) => size !== 1 && !hasAxis(type.axes, id));
    const own =
      this.bindings.inner === undefined ? type.masks : type.masks.map((mask) => mask.filter(({ id }) => this.place(id) === undefined));
    const known = own.map(maskKey);
    const surplus = x.masks.filter((mask) => !known.includes(maskKey(mask.axes)));
    if (extra.length > 0 || surplus.length > 0)
      throw new GraphError(`a value over ${showSizes([...x.axes, ...surplus.flatMap((mask) => mask.axes)])} is not ${showType(type)}`);
    const masks = own.map((mask): Mask => {
      const extents = this.extents(mask);
      return fillMask(
        extents,
        presence(
          x.masks.filter((own) => maskKey(own.axes) === maskKey(mask)),
          extents,
        ),
      );
    });
    return { ...arrange(x, axes), masks };
  }

  /** The value of a result whose region never runs. */
  blank(type: TensorType): Tensor {
    const masks = type.masks.map((mask) => fillMask(this.extents(mask), () => true));
    return { ...fill(this.extents(type.axes), () => 0), masks };
  }
}
