/**
 * The boundary: turns examples as people write them into padded arrays. Everything that only data can show is checked here, once,
 * and reported in terms of axes; after that no shape can be wrong.
 */
import type { AxisSpec, DecoderDefinition, InputSpec, LengthRequirement, RaggedSpec, Sizes } from './definition.ts';
import { InputError } from './errors.ts';
import {
  elementCount,
  isNested,
  MOST_POSITIONS,
  ownLengths,
  ownSizes,
  place,
  show,
  type InnerLengths,
  type Ints,
  type Nested,
} from './values.ts';

/** One input for all examples, with zeros in the padding. */
export interface HostInput {
  readonly data: Float32Array | Int32Array | Uint8Array;
  /** With `batch` in front. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** A padded batch on the host. */
export interface HostBatch {
  /** Every size of the call: construct-phase dims, `batch`, and the greatest length of each ragged dim, at least 1. */
  readonly n: Sizes;
  readonly size: number;
  readonly inputs: Readonly<Record<string, HostInput>>;
  /** The length of each ragged dim, per example. */
  readonly lengths: Readonly<Record<string, Int32Array>>;
  /** The same for each dim that is `ragged in` another. */
  readonly inner: Readonly<Record<string, InnerLengths>>;
}

const dtypes = { float: 'float32', int: 'int32', index: 'int32', bool: 'bool' } as const;
const elementNames = { float: 'numbers', int: 'whole numbers', index: 'whole numbers', bool: 'truth values' } as const;

/** What one example shows: lengths of dims, and for an inner dim one at each position of the outer dim. */
interface Seen {
  readonly origins: Map<string, Origin>;
  readonly inner: Map<string, Map<number, Origin>>;
}

/** Where a length was first seen, for the message when another input disagrees. */
interface Origin {
  readonly length: number;
  readonly input: InputSpec;
  readonly axis: number;
}

/**
 * Checks examples against the inputs' specifications and pads them.
 *
 * @param n construct-phase sizes
 * @param ragged the ragged dims, and which of them may be empty
 * @param requirements requirements on each example's lengths; those with a dim that no input has are skipped
 * @param isCompiled for these sizes: then lengths are padded further, to one of few
 * @throws InputError naming the example, the input, its axes, what was expected and what was given
 */
export function collate(
  n: Sizes,
  ragged: readonly RaggedSpec[],
  specs: readonly InputSpec[],
  examples: readonly object[],
  requirements: readonly LengthRequirement[] = [],
  isCompiled: (n: Sizes) => boolean = () => false,
): HostBatch {
  requireExamples(examples);
  if (examples.length === 0) throw new InputError('there are no examples: a call needs at least one');
  const mayBeEmpty = new Map(ragged.map((dim) => [dim.label, dim.mayBeEmpty]));
  const lengths: Record<string, Int32Array> = {};
  const outers = new Map(ragged.flatMap(({ label, inside }) => (inside === undefined ? [] : [[label, inside]])));
  const all = new Set(specs.flatMap((spec) => spec.axes.flatMap((axis) => ('dim' in axis ? [axis.dim] : []))));
  const told = ragged.filter((dim) => dim.told === true);
  const dims = new Set([...[...all].filter((dim) => !outers.has(dim)), ...told.map(({ label }) => label)]);
  const rows = new Map([...all].filter((dim) => outers.has(dim)).map((dim) => [dim, examples.map((): number[] => [])]));
  for (const dim of dims) lengths[dim] = new Int32Array(examples.length);

  const first = new Map<string, Origin>();
  for (const [row, example] of examples.entries()) {
    if (typeof example !== 'object' || example === null || isNested(example)) {
      const names = specs.map((spec) => `\`${spec.name}\``).join(', ');
      throw new InputError(`example ${row}: expected an ${names === '' ? 'empty object' : `object with ${names}`}, given ${show(example)}`);
    }
    const seen: Seen = { origins: new Map(), inner: new Map() };
    for (const spec of specs) {
      const value = inputOf(spec, example, row);
      if (value !== undefined) measure(spec, value, row, seen, mayBeEmpty);
    }
    const { origins } = seen;
    for (const dim of told) origins.set(dim.label, toldLength(dim, example, row));
    requireLengths(specs, seen, row);
    requireMade(n, specs, example, seen, row);
    for (const [dim, places] of seen.inner) for (const [at, { length }] of places) rows.get(dim)![row]![at] = length;
    for (const [dim, origin] of origins) lengths[dim]![row] = origin.length;
    for (const { label, ofCall } of ragged) if (ofCall === true) requireSame(label, origins, first, row);
    // A requirement on an inner length must hold for the longest.
    const longest = [...seen.inner].flatMap(([dim, places]): [string, Origin][] => {
      const most = [...places.values()].reduce<Origin | null>(
        (long, origin) => (long === null || origin.length > long.length ? origin : long),
        null,
      );
      return most === null ? [] : [[dim, most]];
    });
    checkRequirements(n, requirements, new Map([...origins, ...longest]), row);
  }

  const padded: Record<string, number> = { ...n, batch: examples.length };
  // At least one position, even if every example is empty: kernels disagree on empty axes, and some fail.
  for (const dim of dims) padded[dim] = lengths[dim]!.reduce((longest, length) => Math.max(longest, length), 1);
  const long = [...dims].find((dim) => padded[dim]! > MOST_POSITIONS);
  if (long !== undefined) throw new InputError(`\`${long}\` has ${counted(padded[long]!)}: at most ${MOST_POSITIONS}`);
  if (isCompiled(padded)) {
    const exact = new Set(ragged.flatMap((dim) => (dim.ofCall === true ? [dim.label] : [])));
    for (const dim of dims) if (!exact.has(dim)) padded[dim] = roundedUp(padded, dim, requirements);
  }

  const inner: Record<string, InnerLengths> = {};
  for (const [dim, each] of rows) {
    padded[dim] = each.flat().reduce((longest, length) => Math.max(longest, length), 1);
    const outer = outers.get(dim)!;
    const places = positionsOf(dim, specs, padded);
    const data = new Int32Array(examples.length * places);
    each.forEach((own, row) => data.set(own, row * places));
    inner[dim] = { outer, places, data };
  }

  const inputs: Record<string, HostInput> = {};
  for (const spec of specs) inputs[spec.name] = fill(spec, examples, padded, lengths, inner);
  return { n: padded, size: examples.length, inputs, lengths, inner };
}

/** The next power of two or half more, as long as what every length must satisfy holds for it too: at most a third is padding. */
function roundedUp(padded: Sizes, dim: string, requirements: readonly LengthRequirement[]): number {
  const power = 2 ** Math.floor(Math.log2(padded[dim]!));
  const length = [power, 1.5 * power, 2 * power].find((each) => Number.isInteger(each) && each >= padded[dim]!)!;
  const holds = requirements.every(({ dims, fails }) => !dims.includes(dim) || fails({ ...padded, [dim]: length }) === null);
  return holds && length <= MOST_POSITIONS ? length : padded[dim]!;
}

/** The number of positions of an axis with these sizes. */
export function positionsIn(axis: AxisSpec, n: Sizes): number {
  return 'size' in axis ? axis.size : 'dim' in axis ? n[axis.dim]! : axis.length(n);
}

/** The number of positions of an inner dim's outer axis. */
function positionsOf(dim: string, specs: readonly InputSpec[], n: Sizes): number {
  for (const { axes } of specs) {
    const within = axes.find((axis) => 'dim' in axis && axis.dim === dim && axis.within !== undefined);
    const outer = within === undefined || !('dim' in within) ? undefined : axes[within.within!];
    if (outer !== undefined) return positionsIn(outer, n);
  }
  throw new InputError(`no input has \`${dim}\` beside what it is \`ragged in\``);
}

/** The length that an example gives for a dim that is on no input. */
function toldLength({ label, mayBeEmpty }: RaggedSpec, example: object, row: number): Origin {
  const value = (example as Readonly<Record<string, unknown>>)[label];
  const least = mayBeEmpty ? 0 : 1;
  if (!(typeof value === 'number' && (value | 0) === value && value >= least && value <= MOST_POSITIONS)) {
    throw new InputError(
      `example ${row}: \`${label}\` is how many positions \`${label}\` has, a whole number from ${least} to ${MOST_POSITIONS}: given ${show(value)}`,
    );
  }
  return { length: value, input: { name: label, elem: 'int', axes: [{ label, dim: label }], indexes: null }, axis: 0 };
}

/** Checks the examples of a call, for programs without a type checker. */
export function requireExamples(examples: unknown): void {
  if (Array.isArray(examples)) return;
  const one = typeof examples === 'object' && examples !== null && !isNested(examples);
  throw new InputError(`expected an array of examples, given ${show(examples)}${one ? ': write `[example]` for a single one' : ''}`);
}

/** Undefined if it is optional and left out. */
function inputOf(spec: InputSpec, example: object, row: number): unknown {
  const value = (example as Readonly<Record<string, unknown>>)[spec.name];
  if (value === undefined || value === null) {
    if (spec.otherwise !== undefined) return undefined;
    throw new InputError(`example ${row}: \`${spec.name}\` is missing: expected ${describe(spec)}; given ${keysOf(example)}`);
  }
  return value;
}

function keysOf(example: object): string {
  const names = Object.keys(example);
  return names.length === 0 ? 'an empty object' : `only ${names.map((name) => `\`${name}\``).join(', ')}`;
}

/** `tokens[source]: positions on words (0 … 7999)`. */
function describe(spec: InputSpec): string {
  const shape = place(spec.name, labelsOf(spec), []);
  if (spec.indexes !== null) {
    const range = 'size' in spec.indexes ? ` (${rangeOf(spec, spec.indexes.size)})` : '';
    return `${shape}: positions on \`${spec.indexes.label}\`${range}`;
  }
  return `${shape}: ${spec.axes.length === 0 ? elementNames[spec.elem].replace(/s$/, '') : elementNames[spec.elem]}`;
}

function labelsOf(spec: InputSpec): string[] {
  return spec.axes.map((axis) => axis.label);
}

/** The row of positions of axis `axis`; an error where the value is nested less deeply than there are axes. */
function rowAt(spec: InputSpec, value: unknown, example: number, at: readonly number[]): Nested {
  if (isNested(value)) return value;
  const depth = spec.axes.length;
  throw new InputError(
    `example ${example}: ${place(spec.name, labelsOf(spec), at)} must be an array over \`${spec.axes[at.length]!.label}\` ` +
      `(${describe(spec)}, ${depth === 1 ? 'one array' : `arrays nested ${depth} deep`}), given ${show(value)}`,
  );
}

/** The lengths of one example's value, checked against those of its other inputs; every nested row is compared. */
function measure(spec: InputSpec, value: unknown, row: number, seen: Seen, mayBeEmpty: ReadonlyMap<string, boolean>): void {
  const { origins } = seen;
  const walk = (part: unknown, at: readonly number[]): void => {
    const axis = spec.axes[at.length];
    if (axis === undefined) return;
    const places = rowAt(spec, part, row, at);
    checkLength(spec, axis, at, places.length, row, seen, mayBeEmpty);
    if (at.length + 1 < spec.axes.length) {
      for (let index = 0; index < places.length; index++) walk(places[index], [...at, index]);
    }
  };
  walk(value, []);
  // If the outer axis is empty, inner ragged axes have no positions to count.
  for (const [axis, each] of spec.axes.entries()) {
    if ('dim' in each && each.within === undefined && !origins.has(each.dim)) origins.set(each.dim, { length: 0, input: spec, axis });
  }
}

/** An input that is left out gets its lengths from the others. */
function requireLengths(specs: readonly InputSpec[], { origins, inner }: Seen, row: number): void {
  for (const spec of specs) {
    for (const axis of spec.axes) {
      if (!('dim' in axis) || origins.has(axis.dim) || (axis.within !== undefined && (inner.has(axis.dim) || spec.otherwise === undefined)))
        continue;
      throw new InputError(
        `example ${row}: \`${spec.name}\` is left out, and no other input tells how long \`${axis.dim}\` is: expected ${describe(spec)}`,
      );
    }
  }
}

/** Axes derived from ragged dims must have the length that follows from theirs. */
function requireMade(n: Sizes, specs: readonly InputSpec[], example: object, { origins, inner }: Seen, row: number): void {
  const lengthsIn = (known: ReadonlyMap<string, Origin>): Sizes => Object.fromEntries([...known].map(([dim, { length }]) => [dim, length]));
  const own = { ...n, ...lengthsIn(origins) };
  const ownAt = (outer: number): Sizes => {
    const here = [...inner].flatMap(([dim, places]): [string, Origin][] => (places.has(outer) ? [[dim, places.get(outer)!]] : []));
    return { ...own, ...lengthsIn(new Map(here)) };
  };
  for (const spec of specs) {
    const value = inputOf(spec, example, row);
    if (value === undefined || !spec.axes.some((axis) => 'length' in axis)) continue;
    const walk = (part: unknown, at: readonly number[]): void => {
      const axis = spec.axes[at.length];
      if (axis === undefined) return;
      const places = rowAt(spec, part, row, at);
      const sizes = 'length' in axis && axis.within !== undefined ? ownAt(at[axis.within]!) : own;
      const wanted = 'length' in axis ? axis.length(sizes) : places.length;
      if (places.length !== wanted) {
        throw new InputError(
          `example ${row}: ${place(spec.name, labelsOf(spec), at)} has ${counted(places.length)}, but \`${axis.label}\` has ${counted(wanted)} in this example`,
        );
      }
      for (let index = 0; index < places.length; index++) walk(places[index], [...at, index]);
    };
    walk(value, []);
  }
}

/** One size for all examples of a call. */
function requireSame(dim: string, origins: ReadonlyMap<string, Origin>, first: Map<string, Origin>, row: number): void {
  const own = origins.get(dim);
  const known = first.get(dim);
  if (own === undefined) return;
  if (known === undefined) first.set(dim, own);
  else if (known.length !== own.length) {
    const { input, axis } = own;
    throw new InputError(
      `example ${row}: ${place(input.name, labelsOf(input).slice(0, axis + 1), [])} has ${counted(own.length)} but example 0 has ${known.length}: ` +
        `\`${dim}\` is \`= input\`, one size for all examples of a call (declare it \`ragged\` if each may have its own)`,
    );
  }
}

function checkLength(
  spec: InputSpec,
  axis: AxisSpec,
  at: readonly number[],
  given: number,
  row: number,
  seen: Seen,
  mayBeEmpty: ReadonlyMap<string, boolean>,
): void {
  const here = place(spec.name, labelsOf(spec), at);
  if ('length' in axis) return;
  if (!('dim' in axis)) {
    if (given !== axis.size) {
      throw new InputError(
        `example ${row}: ${here} has ${counted(given)}, but \`${axis.label}\` has ${counted(axis.size)} in every example`,
      );
    }
    return;
  }
  if (given === 0 && mayBeEmpty.get(axis.dim) === false) {
    throw new InputError(
      `example ${row}: ${here} is empty, but \`${axis.dim}\` must have at least one position ` +
        `(declare \`dim ${axis.dim}: ragged 0..\` if nothing is meant to be possible)`,
    );
  }
  const known = axis.within === undefined ? seen.origins.get(axis.dim) : seen.inner.get(axis.dim)?.get(at[axis.within]!);
  if (known === undefined) {
    const origin = { length: given, input: spec, axis: at.length };
    if (axis.within === undefined) seen.origins.set(axis.dim, origin);
    else seen.inner.set(axis.dim, (seen.inner.get(axis.dim) ?? new Map<number, Origin>()).set(at[axis.within]!, origin));
  } else if (known.length !== given) {
    const same = known.input === spec && known.axis === at.length;
    const there = same
      ? 'earlier rows have'
      : `${place(known.input.name, labelsOf(known.input), axis.within === undefined ? [] : at.slice(0, axis.within + 1))} has`;
    throw new InputError(`example ${row}: ${here} has ${counted(given)} but ${there} ${known.length}: both are on \`${axis.dim}\``);
  }
}

function checkRequirements(n: Sizes, requirements: readonly LengthRequirement[], origins: ReadonlyMap<string, Origin>, row: number): void {
  const own = { ...n, ...Object.fromEntries([...origins].map(([dim, { length }]) => [dim, length])) };
  for (const requirement of requirements) {
    if (!requirement.dims.every((dim) => origins.has(dim))) continue;
    const message = requirement.fails(own);
    if (message !== null) throw new InputError(`example ${row}: ${message}`);
  }
}

function counted(places: number): string {
  return places === 1 ? '1 position' : `${places} positions`;
}

function fill(spec: InputSpec, examples: readonly object[], n: Sizes, lengths: HostBatch['lengths'], inner: HostBatch['inner']): HostInput {
  const sizes = spec.axes.map((axis) => positionsIn(axis, n));
  const strides = sizes.map((_, axis) => elementCount(sizes.slice(axis + 1)));
  const perExample = elementCount(sizes);
  const total = examples.length * perExample;
  const data = spec.elem === 'float' ? new Float32Array(total) : spec.elem === 'bool' ? new Uint8Array(total) : new Int32Array(total);
  if (spec.first !== undefined) data.fill(spec.first);
  const innermost = spec.axes.length - 1;
  for (const [row, example] of examples.entries()) {
    const boundAt = boundOf(spec, n, lengths, inner, row);
    const put = (value: unknown, at: readonly number[], offset: number): void => {
      data[offset] = element(spec, value, boundAt(at), row, at);
    };
    const copy = (value: unknown, at: readonly number[], offset: number): void => {
      const places = rowAt(spec, value, row, at);
      // Within a row it differs only if the row itself is the outer axis.
      const bound = spec.indexes !== null && 'within' in spec.indexes && spec.indexes.within === at.length ? null : boundAt(at);
      if (at.length === innermost && places instanceof Float32Array && spec.elem === 'float' && allFinite(places)) {
        data.set(places, offset);
        return;
      }
      for (let index = 0; index < places.length; index++) {
        const to = offset + index * strides[at.length]!;
        if (at.length < innermost) copy(places[index], [...at, index], to);
        else if (!plain(spec, places[index], bound ?? boundAt([...at, index]))) put(places[index], [...at, index], to);
        else data[to] = places[index] as number;
      }
    };
    const value = inputOf(spec, example, row);
    if (value === undefined) {
      const own = (axis: AxisSpec, at: readonly number[]): number => {
        if ('size' in axis || axis.within === undefined) return positionsIn(axis, ownSizes(n, lengths, row));
        return positionsIn(axis, sizesAt(ownSizes(n, lengths, row), inner, row, at[axis.within]!));
      };
      everywhere(spec.axes, own, strides, row * perExample, (offset) => {
        data[offset] = spec.otherwise!;
      });
    } else if (innermost < 0) put(value, [], row * perExample);
    else copy(value, [], row * perExample);
  }
  return { data, shape: [examples.length, ...sizes], dtype: dtypes[spec.elem] };
}

/** Calls `visit` with the offset of every position. */
function everywhere(
  axes: readonly AxisSpec[],
  extent: (axis: AxisSpec, at: readonly number[]) => number,
  strides: readonly number[],
  from: number,
  visit: (offset: number) => void,
  at: readonly number[] = [],
): void {
  const axis = axes[at.length];
  if (axis === undefined) {
    visit(from);
    return;
  }
  const places = extent(axis, at);
  for (let next = 0; next < places; next++) everywhere(axes, extent, strides, from + next * strides[at.length]!, visit, [...at, next]);
}

/** The number of positions of the indexed space for this example; infinite where nothing on the host bounds it. */
function boundOf(
  { indexes }: InputSpec,
  n: Sizes,
  lengths: HostBatch['lengths'],
  inner: HostBatch['inner'],
  row: number,
): (at: readonly number[]) => number {
  if (indexes === null) return () => Infinity;
  if ('size' in indexes) return () => indexes.size;
  if ('dim' in indexes) {
    const { within, dim } = indexes;
    const each = inner[dim];
    if (each !== undefined && within !== undefined) return (at) => each.data[row * each.places + at[within]!]!;
    const own = lengths[dim]?.[row] ?? Infinity;
    return () => own;
  }
  const { within, length } = indexes;
  const own = ownSizes(n, lengths, row);
  const known = (bound: number): number => (Number.isNaN(bound) ? Infinity : bound);
  if (within !== undefined) return (at) => known(length(sizesAt(own, inner, row, at[within]!)));
  const bound = known(length(own));
  return () => bound;
}

/** The example's sizes at one position of the outer dim: those of its inner dims there. */
function sizesAt(own: Sizes, inner: HostBatch['inner'], row: number, outer: number): Sizes {
  return { ...own, ...Object.fromEntries(Object.entries(inner).map(([dim, { data, places }]) => [dim, data[row * places + outer]!])) };
}

const isPlace = ({ first = 0 }: InputSpec, value: number, bound: number): boolean => value >= first && value < first + bound;

const rangeOf = ({ first = 0 }: InputSpec, count: number): string => `${first} … ${first + count - 1}`;

function allFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}

/** Whether the element can be copied as it is: the fast path around `element`, which explains errors. */
function plain(spec: InputSpec, value: unknown, bound: number): boolean {
  if (typeof value !== 'number') return false;
  if (spec.elem === 'index') return (value | 0) === value && isPlace(spec, value, bound);
  if (spec.elem === 'int') return (value | 0) === value;
  return spec.elem === 'float' && Number.isFinite(Math.fround(value));
}

function element(spec: InputSpec, value: unknown, bound: number, row: number, at: readonly number[]): number {
  const here = place(spec.name, labelsOf(spec), at);
  if (spec.elem === 'bool') {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value === 0 || value === 1) return value;
    throw new InputError(`example ${row}: ${here} must be true or false, given ${show(value)}`);
  }
  if (typeof value !== 'number') {
    throw new InputError(`example ${row}: ${here} must be a number (expected ${describe(spec)}), given ${show(value)}`);
  }
  if (spec.elem === 'float') {
    if (Number.isFinite(Math.fround(value))) return value;
    const why = Number.isFinite(value) ? 'which float32 cannot hold' : 'which every result would inherit';
    throw new InputError(`example ${row}: ${here} is ${value}, ${why}: a float input must be finite`);
  }
  if ((value | 0) !== value) {
    throw new InputError(`example ${row}: ${here} is ${value}: expected a whole number that int32 can hold`);
  }
  if (spec.indexes !== null && !isPlace(spec, value, bound)) {
    throw new InputError(`example ${row}: ${here} is ${value}, outside \`${spec.indexes.label}\` (${rangeOf(spec, bound)})`);
  }
  return value;
}

/**
 * The previous outputs of teacher forcing: `start`, then the targets without their last position, along the generated axis (the
 * first after the batch).
 */
export function shifted(targets: HostInput, start: number): HostInput {
  const places = targets.shape[1]!;
  const data = new Int32Array(targets.data.length);
  for (let row = 0; row * places < data.length; row++) {
    data.set(targets.data.subarray(row * places, (row + 1) * places - 1), row * places + 1);
    data[row * places] = start;
  }
  return { data, shape: targets.shape, dtype: 'int32' };
}

/** A target may not be longer than what the decoder may write: it could not be its output. */
export function requireWithinLimit(
  name: string,
  examples: readonly object[],
  { n, lengths }: HostBatch,
  decoder: Pick<DecoderDefinition, 'name' | 'atMost'>,
): void {
  for (const [row, example] of examples.entries()) {
    const most = decoder.atMost?.(n, ownLengths(lengths, row));
    const { length } = (example as Readonly<Record<string, Ints>>)[name]!;
    if (most === undefined || length <= Math.max(1, Math.floor(most))) continue;
    throw new InputError(
      `example ${row}: \`${name}\` has ${length} positions, and the decoder \`${decoder.name}\` writes at most ${Math.max(1, Math.floor(most))}: cut the target, or raise \`at most\``,
    );
  }
}

/**
 * Nothing follows the end of an output. Along an axis with one size for all examples, what follows it pads the shorter
 * ones, which is fine.
 *
 * @throws InputError for a target along a ragged axis that goes on after its end
 */
export function requireEndLast({ name, axes }: InputSpec, { inputs, lengths }: HostBatch, end: number): void {
  const [axis] = axes;
  const own = axis !== undefined && 'dim' in axis ? lengths[axis.dim] : undefined;
  if (axis === undefined || own === undefined) return;
  const { data, shape } = inputs[name]!;
  for (const [row, length] of own.entries()) {
    const from = row * shape[1]!;
    const at = data.subarray(from, from + length).indexOf(end);
    if (at < 0 || at === length - 1) continue;
    throw new InputError(
      `example ${row}: ${place(name, [axis.label], [at])} is ${end}, the end of \`${name}\`, but its last position is ${length - 1}: nothing follows the end. ` +
        `Cut the target off behind it; if outputs are to go on after ${end}, take \`end ${end}\` out of the decoder`,
    );
  }
}
