/** What axes range over: sizes, normal forms, agreement, and lists of axes as ordered sets by id. */
import { atomOf, atomsOf, constantOf, equalSizes, showSize, size, type Size } from '../size/size.ts';
import { GraphError } from './errors.ts';
import type { Axis, Dim, Elem, Space, TensorType } from './graph.ts';

type Facts = Parameters<typeof equalSizes>[2];

// ---------------------------------------------------------------- spaces

export function dimSpace(dim: Dim): Space {
  return { kind: 'dim', dim };
}

export function sizeOf(space: Space): Size {
  switch (space.kind) {
    case 'dim':
      return space.dim.size;
    case 'cat':
      return size.sum(space.parts.map(sizeOf));
    case 'merge':
      return space.parts.map(sizeOf).reduce(size.mul);
    case 'anon':
      return space.size;
  }
}

export function isRagged(space: Space): boolean {
  switch (space.kind) {
    case 'dim':
      return space.dim.ragged;
    case 'cat':
    case 'merge':
      return space.parts.some(isRagged);
    case 'anon':
      return false;
  }
}

/** The dims in a space that have a length for each position of another axis. */
export function innerDims(space: Space): readonly { readonly dim: Dim; readonly within: Axis }[] {
  if (space.kind === 'dim') return space.within === undefined ? [] : [{ dim: space.dim, within: space.within }];
  return space.kind === 'anon' ? [] : space.parts.flatMap(innerDims);
}

/** Does the space contain a dim that is `ragged in` another? */
export function isInner(space: Space): boolean {
  return space.kind === 'dim' ? space.dim.inside !== undefined : space.kind !== 'anon' && space.parts.some(isInner);
}

/** The space with the outer axes of its inner dims replaced where `change` returns one. */
export function relocated(space: Space, change: (dim: Dim, within: Axis | null) => Axis | null): Space {
  if (space.kind === 'anon') return space;
  if (space.kind !== 'dim')
    return space.parts.some(isInner) ? { ...space, parts: space.parts.map((part) => relocated(part, change)) } : space;
  if (space.dim.inside === undefined) return space;
  const within = change(space.dim, space.within ?? null) ?? space.within;
  return within === undefined || within.id === space.within?.id ? space : { ...space, within };
}

/** The number of the first position; `words + oov` starts where `words` starts, so that positions of `words` mean the same in both. */
export function originOf(space: Space): Size {
  switch (space.kind) {
    case 'dim':
      return space.dim.origin;
    case 'cat':
      return originOf(space.parts[0]!);
    case 'merge':
    case 'anon':
      return size.int(0);
  }
}

export function startsAtZero(space: Space): boolean {
  return constantOf(originOf(space)) === 0;
}

/** End to end. Nested concatenations are flattened, so that no space is deep. */
export function cat(spaces: readonly Space[]): Space {
  return { kind: 'cat', parts: flatten('cat', spaces) };
}

/** Does the space begin with the other's positions, so that a position on that is one on it? */
export function beginsWith(whole: Space, part: Space): boolean {
  if (whole.kind !== 'cat') return false;
  const first = part.kind === 'cat' ? part.parts : [part];
  return first.length <= whole.parts.length && first.every((each, k) => sameSpace(each, whole.parts[k]!));
}

/** The normal form: `cat` and `merge` are associative, and with a single part equal that part. Dims are nominal. */
export function spaceKey(space: Space): string {
  switch (space.kind) {
    case 'dim':
      return `dim ${space.dim.id}`;
    case 'anon':
      return `anon ${space.size.key}`;
    case 'cat':
    case 'merge': {
      const parts = flatten(space.kind, space.parts);
      return parts.length === 1 ? spaceKey(parts[0]!) : `${space.kind}(${parts.map(spaceKey).join(', ')})`;
    }
  }
}

function flatten(kind: 'cat' | 'merge', parts: readonly Space[]): readonly Space[] {
  return parts.flatMap((part) => (part.kind === kind ? flatten(kind, part.parts) : [part]));
}

export function sameSpace(a: Space, b: Space): boolean {
  if (a === b) return true;
  if (a.kind === 'dim' && b.kind === 'dim') return a.dim.id === b.dim.id;
  return spaceKey(a) === spaceKey(b);
}

/** Is it another space whose size depends on this one's atoms? */
export function countsIn(a: Space, b: Space): boolean {
  const own = atomsOf(sizeOf(b));
  return !sameSpace(a, b) && [...atomsOf(sizeOf(a))].some((atom) => own.has(atom));
}

/** Axes agree by size; ragged axes only if they have the same dim. Ids and labels do not matter. */
export function agree(a: Axis, b: Axis, facts?: Facts): boolean {
  if (sameSpace(a.space, b.space)) return true;
  if (isRagged(a.space) !== isRagged(b.space)) return false;
  return equalSizes(sizeOf(a.space), sizeOf(b.space), facts) === 'equal';
}

/** Cheap and without facts: true only if the axes differ regardless of facts. */
export function surelyDiffer(a: Axis, b: Axis): boolean {
  if (sameSpace(a.space, b.space)) return false;
  if (isRagged(a.space) !== isRagged(b.space)) return true;
  const [m, n] = [constantOf(sizeOf(a.space)), constantOf(sizeOf(b.space))];
  return m !== null && n !== null && m !== n;
}

// ---------------------------------------------------------------- unit axes ('laid-out' only)

const UNIT = '1#';

/**
 * An axis of size 1 that only pads a shape so that tfjs aligns it: `[a, 1]` against `[a, b]`. In elementwise operations it is
 * broadcast to whatever is at its position, counted from the right. `key` distinguishes the unit axes of one type.
 */
export function unitAxis(key: number): Axis {
  return { id: `${UNIT}${key}`, label: '1', space: { kind: 'anon', size: size.int(1) } };
}

export function isUnit(axis: Axis): boolean {
  return axis.id.startsWith(UNIT);
}

// ---------------------------------------------------------------- lists of axes

export function hasAxis(axes: readonly Axis[], id: string): boolean {
  for (const axis of axes) if (axis.id === id) return true;
  return false;
}

export function axisOf(type: TensorType, id: string): Axis {
  const axis = type.axes.find((candidate) => candidate.id === id);
  if (axis === undefined) throw new GraphError(`no axis ${id} in ${showType(type)}`);
  return axis;
}

/** a ++ (b \ a). */
export function join(a: readonly Axis[], b: readonly Axis[]): readonly Axis[] {
  const extra = b.filter((axis) => !hasAxis(a, axis.id));
  return extra.length === 0 ? a : [...a, ...extra];
}

/** The axes of an elementwise result: joined by id; where one operand has all of the other's axes, in its order. */
export function joinElementwise(a: readonly Axis[], b: readonly Axis[]): readonly Axis[] {
  if (a.some(isUnit) || b.some(isUnit)) return align(a, b);
  return a.every((axis) => hasAxis(b, axis.id)) && b.length > a.length ? b : join(a, b);
}

function align(a: readonly Axis[], b: readonly Axis[]): readonly Axis[] {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const shift = long.length - short.length;
  return long.map((axis, k) => {
    const other = k < shift ? axis : short[k - shift]!;
    if (axis.id !== other.id && !isUnit(axis) && !isUnit(other)) {
      throw new GraphError(
        `[${a.map(showAxis).join(', ')}] and [${b.map(showAxis).join(', ')}] do not align: ${showAxis(axis)} stands against ${showAxis(other)}`,
      );
    }
    return isUnit(axis) ? other : axis;
  });
}

export function without(axes: readonly Axis[], ids: readonly string[]): readonly Axis[] {
  return axes.filter((axis) => !ids.includes(axis.id));
}

export function sameAxes(a: readonly Axis[], b: readonly Axis[]): boolean {
  return a.length === b.length && a.every((axis) => hasAxis(b, axis.id));
}

// ---------------------------------------------------------------- masks

/** Masks in canonical form: axes sorted by id, each set of axes once, sorted. */
export function canonicalMasks(masks: readonly (readonly Axis[])[]): readonly (readonly Axis[])[] {
  if (masks.length === 0) return masks;
  const byKey = new Map<string, readonly Axis[]>();
  for (const mask of masks) {
    const sorted = [...mask].sort((a, b) => (a.id < b.id ? -1 : 1));
    byKey.set(maskKey(sorted), sorted);
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, mask]) => mask);
}

export function maskKey(mask: readonly { readonly id: string }[]): string {
  return JSON.stringify(mask.map((axis) => axis.id).sort());
}

// ---------------------------------------------------------------- types

export function tensor(elem: Elem, axes: readonly Axis[], masks: readonly (readonly Axis[])[] = []): TensorType {
  return { elem, axes, masks: canonicalMasks(masks) };
}

export function sameElem(a: Elem, b: Elem): boolean {
  if (a.kind === 'index' && b.kind === 'index') return sameSpace(a.space, b.space);
  return a.kind === b.kind;
}

/** Compares elements, the order of the axes, their ids and spaces, and the masks. */
export function sameType(a: TensorType, b: TensorType): boolean {
  const same = (p: readonly Axis[], q: readonly Axis[]): boolean =>
    p.length === q.length && p.every((axis, k) => axis.id === q[k]!.id && sameSpace(axis.space, q[k]!.space));
  return (
    sameElem(a.elem, b.elem) &&
    same(a.axes, b.axes) &&
    a.masks.length === b.masks.length &&
    a.masks.every((mask, k) => same(mask, b.masks[k]!))
  );
}

// ---------------------------------------------------------------- text

export function showSpace(space: Space): string {
  switch (space.kind) {
    case 'dim':
      return space.dim.id;
    case 'cat':
    case 'merge':
      return `${space.kind}(${space.parts.map(showSpace).join(', ')})`;
    case 'anon':
      return showSize(space.size);
  }
}

/** `source`, or `key: source` where the axis has another name than its space. */
export function showAxis(axis: Axis): string {
  const space = showSpace(axis.space);
  return isUnit(axis) ? '1' : axis.id === space ? axis.id : `${axis.id}: ${space}`;
}

/** `[source, key: source]`, `index(words)[target]`, `float [key] where [key, query]`. */
export function showType(type: TensorType): string {
  const elem = type.elem.kind === 'index' ? `index(${showSpace(type.elem.space)})` : type.elem.kind === 'float' ? '' : `${type.elem.kind} `;
  const masks = type.masks.map((mask) => ` where [${mask.map((axis) => axis.id).join(', ')}]`).join('');
  return `${elem}[${type.axes.map(showAxis).join(', ')}]${masks}`;
}

/** The atoms of lengths; of `source * width`, which is ragged as well, the width is the same for all. */
export function raggedAtoms(space: Space): ReadonlySet<string> {
  if (space.kind === 'dim') return new Set(space.dim.ragged ? [atomOf(space.dim.size)].filter((atom) => atom !== null) : []);
  return space.kind === 'anon' ? new Set() : new Set(space.parts.flatMap((part) => [...raggedAtoms(part)]));
}
