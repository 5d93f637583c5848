/** A call as one node: its body lifted over its extras, and its results under the caller's names. */
import type { Declaration, Span } from '../../../grammar/ast.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { sameSpace } from '../../graph/spaces.ts';
import { allAxes, rename } from '../types/operate.ts';
import { frontAxis } from '../parameters/running.ts';
import type { Site, Tap } from '../scope/context.ts';
import { type Value, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { dimNames, typeOf } from '../scope/axes.ts';
import { inAxis } from '../types/types.ts';

/** A call whose arguments are bound and whose body is elaborated. */
export interface Lifted {
  readonly inputs: readonly Node[];
  /** The body's arguments for the inputs. */
  readonly args: readonly Node[];
  readonly formalsOf: readonly (readonly { readonly from: string; readonly to: Axis }[])[];
  readonly extras: readonly Axis[];
  /** The extras of the arguments. */
  readonly given: readonly Axis[];
  /** The extras of `per`. */
  readonly instances: readonly Axis[];
  /** Does the body compute something separate for every element, such as a draw? */
  readonly saturated: boolean;
  /** By path, the next values of running values in it. */
  readonly nexts: readonly (readonly [path: string, next: Node])[];
}

/** A dim of another file goes by the name under which it is imported here. */
function importedAs({ label, space }: Axis, inside: Site, here: Site): string | null {
  const isDeclared = (name: string, { scope }: Site): boolean => {
    const entry = scope.lookup(name);
    return entry?.kind === 'dim' && entry.span !== null && sameSpace(entry.space, space);
  };
  if (!isDeclared(label, inside) || isDeclared(label, here)) return null;
  return dimNames(here).find((name) => isDeclared(name, here)) ?? null;
}

/** The call node and its results under the caller's names. */
export function lift(
  declaration: Declaration,
  value: Value,
  inside: Site,
  call: Lifted,
  outside: ReadonlyMap<string, string>,
  span: Span,
  here: Site,
): Value {
  const { extras } = call;
  const leaves: { node: Node; ins: readonly Axis[]; tap: boolean }[] = [];
  const collect = (part: Value): void => {
    if (part.kind === 'record') for (const field of part.fields.values()) collect(field);
    else if (part.kind === 'map' || part.kind === 'tensor')
      leaves.push({ node: part.node, ins: part.kind === 'map' ? part.ins : [], tap: false });
  };
  collect(value);
  const taps: Tap[] = inside.taps.length === 1 ? [...inside.taps] : [];
  for (const tap of taps) leaves.push({ node: tap.node, ins: [], tap: true });
  const results: { from: string; to: Axis }[][] = [];
  for (const { node, ins, tap } of leaves) {
    const names: { from: string; to: Axis }[] = [];
    const outer = new Set(extras.map((extra) => extra.label));
    const inner = new Set<string>();
    for (const axis of allAxes(node)) {
      // The extras of a map's result are on the side of its out-axes.
      const into = ins.some(({ id }) => id === axis.id);
      const seen = into ? inner : outer;
      let label = outside.get(axis.label) ?? importedAs(axis, inside, here) ?? axis.label;
      if (seen.has(label)) {
        if ((!tap && value.kind !== 'record') || seen.has(axis.label)) {
          return report(
            here,
            'E0301',
            span,
            `the result would hold the axis \`${label}\` twice: the call is lifted over it, and the block gives one`,
            {
              fix: call.instances.some((axis) => axis.label === label)
                ? `give the axis that \`${declaration.name.text}\` makes another name`
                : `rename it in one argument: \`x[${label} as other]\``,
            },
          );
        }
        label = axis.label;
      }
      seen.add(label);
      const to = here.frame.axis(label, axis.space);
      names.push({ from: axis.id, to: into ? inAxis(to) : to });
    }
    results.push(names);
  }
  const builder = here.ctx.builder.at(origin(here, span));
  const maskOnly = call.saturated
    ? []
    : masksAlone(
        call,
        leaves.map((leaf) => leaf.node),
      );
  const once = call.nexts.map((_, k) => leaves.length + k);
  for (const [, node] of call.nexts) results.push(typeOf(node).axes.map((axis) => ({ from: axis.id, to: axis })));
  const made = [...leaves.map((leaf) => leaf.node), ...call.nexts.map(([, node]) => node)];
  const binding = {
    args: call.formalsOf,
    extras,
    results,
    ...(once.length === 0 ? {} : { once }),
    ...(call.instances.length === 0 ? {} : { per: call.instances.map(({ id }) => id) }),
    ...(maskOnly.length === 0 ? {} : { maskOnly }),
  };
  const node = builder.node(
    { kind: 'call', callee: declaration.name.text, region: { args: call.args, results: made }, binding },
    call.inputs,
  );
  call.nexts.forEach(([path], k) => {
    const next = builder.result(node, leaves.length + k);
    here.ctx.runningValues.set(
      path,
      call.instances.reduce((x, axis, j) => rename(x, axis, frontAxis(path, false, j, here), here, span), next),
    );
  });
  let next = 0;
  const rebuild = (part: Value): Value => {
    if (part.kind !== 'record') {
      const result = builder.result(node, next);
      const { ins } = leaves[next++]!;
      return ins.length === 0 && part.kind !== 'map' ? tensor(result) : mapOf(result, ins.length);
    }
    const fields = new Map<string, Value>();
    for (const [field, inner] of part.fields) fields.set(field, rebuild(inner));
    return { kind: 'record', fields, main: null };
  };
  const main = rebuild(value);
  // An axis of `per` that no argument has comes after theirs, as a map's out-axes do.
  const own = call.given.filter(({ id }) => !maskOnly.includes(id));
  if (main.kind === 'tensor' && own.length > 1 && !ordered(call.inputs, own, here)) here.ctx.unordered.set(main.node, origin(here, span));
  if (taps.length === 0) return main;
  const weights = builder.result(node, next++);
  here.taps.push({ name: 'weights', node: weights });
  const fields = new Map<string, Value>(main.kind === 'record' ? main.fields : []);
  fields.set('weights', tensor(weights));
  return { kind: 'record', fields, main: main.kind === 'record' ? null : main };
}

/** A result whose last axes are a map's in-axes. */
function mapOf(node: Node, ins: number): Value {
  const { axes } = typeOf(node);
  return { kind: 'map', node, outs: axes.slice(0, axes.length - ins), ins: axes.slice(axes.length - ins) };
}

/**
 * Extras that occur only in masks over extras: such a mask decides for a whole element of the call whether it exists, so if every
 * result is still absent by it, no value depends on it. (`Linear(keys where c)` is `Linear(keys)` with the mask of its argument.)
 */
function masksAlone(
  { inputs, formalsOf, extras }: { inputs: readonly Node[]; formalsOf: readonly (readonly { from: string }[])[]; extras: readonly Axis[] },
  results: readonly Node[],
): string[] {
  const bound = (k: number, id: string): boolean => formalsOf[k]?.some(({ from }) => from === id) === true;
  const whole = inputs.map((input, k) => typeOf(input).masks.filter((mask) => mask.every(({ id }) => !bound(k, id))));
  if (whole.flat().length !== 1 || !results.every((result) => typeOf(result).masks.some((mask) => mask.length === 0))) return [];
  return extras.flatMap(({ id }) => {
    const inValue = inputs.some((input) => typeOf(input).axes.some((axis) => axis.id === id));
    const elsewhere = inputs.some((input, k) =>
      typeOf(input).masks.some((mask) => mask.some((axis) => axis.id === id) && !whole[k]!.includes(mask)),
    );
    return inValue || elsewhere ? [] : [id];
  });
}

/** Extras have an order if one argument has them all, and its own order is meaningful. */
function ordered(inputs: readonly Node[], extras: readonly Axis[], here: Site): boolean {
  return inputs.some(
    (input) => !here.ctx.unordered.has(input) && extras.every((extra) => typeOf(input).axes.some(({ id }) => id === extra.id)),
  );
}
