/** Dims that are `ragged in` another: `word` has a length for each position of `sentence`, and always comes with that axis. */
import type { Declaration, Span } from '../../../grammar/ast.ts';
import type { Axis, Dim, Node, Space } from '../../graph/graph.ts';
import { dimSpace, innerDims, isInner, originOf, sizeOf } from '../../graph/spaces.ts';
import { allAxes, constant } from './operate.ts';
import type { Site } from '../scope/context.ts';
import { placeOf } from '../scope/context.ts';
import { origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import { constantOf, size as sizes } from '../../size/size.ts';

interface Lost {
  readonly axis: Axis;
  readonly within: Axis;
}

/** An inner axis whose lengths are unknown: its outer axis is missing, and the body does not run at one of its positions. */
export function lost(axes: readonly Axis[], here: Site): Lost | null {
  for (const axis of axes) {
    for (const { within } of innerDims(axis.space)) {
      if (!axes.some(({ id }) => id === within.id) && !here.frame.standsIn(within)) return { axis, within };
    }
  }
  return null;
}

export function reportLost({ axis, within }: Lost, span: Span, here: Site): void {
  report(here, 'E0507', span, `\`${axis.label}\` has lost its \`${within.label}\``, {
    why: `\`${axis.label}\` has a length for each position of \`${within.label}\`, so the two stand together in every type`,
    fix: `reduce \`${axis.label}\` as well, or keep \`${within.label}\`; a block over one \`${within.label}\`'s positions takes a formal: \`F(x: [w])\` is lifted over \`${within.label}\``,
  });
}

/** E0507 where an operation would move along `axis` a value that has its own lengths at each of its positions. */
export function refuseAlong(node: Node, axis: Axis, what: string, span: Span, here: Site): boolean {
  if (refuseInSteps([axis], what, span, here)) return true;
  const inner = allAxes(node).find((other) => innerDims(other.space).some(({ within }) => within.id === axis.id));
  if (inner === undefined) return false;
  report(
    here,
    'E0507',
    span,
    what === 'renaming'
      ? `\`${axis.label}\` cannot take another name while it has its \`${inner.label}\``
      : `${what} \`${axis.label}\` would mix positions whose \`${inner.label}\` have different lengths`,
    {
      why: `\`${inner.label}\` has a length for each position of \`${axis.label}\`, and in one body it goes with that one axis`,
      fix: `reduce \`${inner.label}\` first, as in \`mean[${inner.label}](…)\`, or both at once: \`sum[${axis.label}, ${inner.label}](…)\``,
    },
  );
  return true;
}

/** E0507 where a scan along an inner axis would read several positions of the outer one: they do not share steps. */
export function refuseInSteps(axes: readonly Axis[], what: string, span: Span, here: Site): boolean {
  for (const position of here.steps.values()) {
    const { elem } = typeOf(position);
    const [inner] = elem.kind === 'index' ? innerDims(elem.space) : [];
    const axis = inner === undefined ? undefined : axes.find(({ id }) => id === inner.within.id);
    if (inner === undefined || axis === undefined) continue;
    report(here, 'E0507', span, `${what} \`${axis.label}\` inside a scan along \`${inner.dim.label}\``, {
      why: `each \`${axis.label}\` has its own number of steps: at one step not every \`${axis.label}\` is there`,
      fix: `reduce \`${axis.label}\` after the scan, or scan inside a block that is lifted over \`${axis.label}\``,
    });
    return true;
  }
  return false;
}

/** The length of a space, as a number; for an inner dim, one for each position of the axis that it belongs to. */
export function numberOf(space: Space, here: Site, span: Span): Node {
  const builder = here.ctx.builder.at(origin(here, span));
  if (space.kind === 'anon' || !isInner(space)) return builder.size(sizeOf(space));
  if (space.kind === 'dim') return countOf(space.dim, here, span);
  const fn = space.kind === 'cat' ? 'add' : 'mul';
  return space.parts.map((part) => numberOf(part, here, span)).reduce((a, b) => builder.binary(fn, a, b));
}

/** The number of a space's first position, or of the one `by` positions later. */
export function firstOf(space: Space, here: Site, span: Span, by = 0): Node {
  const at = sizes.add(originOf(space), sizes.int(by));
  const known = constantOf(at);
  return known === null ? here.ctx.builder.at(origin(here, span)).size(at) : constant(known, 'int', here, span);
}

/** The length of the inner dim: the sum of a 1 for each position. */
function countOf(dim: Dim, here: Site, span: Span): Node {
  const axis = here.frame.axis(dim.label, dimSpace(dim));
  const ones = here.ctx.builder.node(
    { kind: 'broadcast', axes: withParents([axis], here) },
    [constant(1, 'int', here, span)],
    origin(here, span),
  );
  return here.ctx.builder.node({ kind: 'reduce', fn: 'sum', axes: [axis.id] }, [ones], origin(here, span));
}

/** The axes, after their outer axes, as far as these are the body's own. */
export function withParents(axes: readonly Axis[], here: Site): readonly Axis[] {
  const parents = axes
    .flatMap(({ space }) => innerDims(space).map(({ within }) => within))
    .filter((within) => !here.frame.standsIn(within) && !axes.some(({ id }) => id === within.id));
  return [...new Map(parents.map((axis) => [axis.id, axis])).values(), ...axes];
}

/** E0507 where data would list the positions of an inner dim before those of its outer dim. */
export function refuseOrder(axes: readonly Axis[], span: Span, here: Site): boolean {
  for (const [k, { label, space }] of axes.entries()) {
    for (const { within } of innerDims(space)) {
      if (axes.findIndex(({ id }) => id === within.id) < k) continue;
      report(here, 'E0507', span, `\`${label}\` stands before its \`${within.label}\``, {
        why: 'an example holds lists in lists, in the order of the axes: a list for each position of the outer dim',
        fix: `write \`[${within.label}, ${label}]\``,
      });
      return true;
    }
  }
  return false;
}

/** A signature with an inner dim, but without its outer dim: the body runs at a single position of the outer dim. */
export function standsInside(declaration: Declaration, here: Site): void {
  for (const { type } of declaration.params) {
    if (type.kind !== 'tensor') continue;
    const spaces = type.axes.flatMap(({ label, size }): Space[] => {
      const entry = size === null ? here.scope.lookup(label.text) : size.kind === 'name' ? here.scope.lookup(size.name) : null;
      return entry?.kind === 'dim' ? [entry.space] : [];
    });
    for (const space of spaces) {
      if (space.kind !== 'dim' || space.dim.inside === undefined) continue;
      const outer = space.dim.inside;
      if (!spaces.some((other) => other.kind === 'dim' && other.dim.id === outer.id))
        here.frame.belongs(space.dim, { id: `?${outer.id}`, label: outer.label, space: dimSpace(outer) }, true);
    }
  }
}

/**
 * Tells a call's body which axes its inner dims belong to: a formal of its own, or a caller's axis that the call is lifted over.
 * False (reported) where one dim would belong to two, or where the call is lifted over the inner axis alone.
 */
export function placeInner(
  bound: readonly { readonly axis: Axis; readonly formal: string }[],
  extras: readonly Axis[],
  inside: Site,
  here: Site,
  span: Span,
  name: string,
): boolean {
  const twice = (dim: Dim): false => {
    report(here, 'E0507', span, `in \`${name}\`, \`${dim.label}\` would belong to two axes \`${dim.inside!.label}\``, {
      why: 'in one body it has one length for each position of one axis',
      fix: `reduce \`${dim.label}\` of one of the arguments first`,
    });
    return false;
  };
  for (const { axis } of bound) {
    for (const { dim, within } of innerDims(axis.space)) {
      const own = bound.find((other) => other.axis.id === within.id);
      const isOwn = own !== undefined;
      // The formal's axis is made together with the types of the signature: here it only has to be the same axis.
      const parent = isOwn ? inside.frame.axis(own.formal.replace('..', '.'), within.space) : within;
      if (!inside.frame.belongs(dim, parent, !isOwn)) return twice(dim);
    }
  }
  for (const axis of extras) {
    for (const { within } of innerDims(axis.space)) {
      if (extras.some(({ id }) => id === within.id) || here.frame.standsIn(within)) continue;
      here.ctx.problems.report({
        code: 'E0507',
        severity: 'error',
        place: placeOf(here, span),
        message: `\`${name}\` would be lifted over \`${axis.label}\` and go along \`${within.label}\``,
        why: `\`${axis.label}\` has a length for each position of \`${within.label}\`: at one of its positions not every \`${within.label}\` is there`,
        fix: `reduce \`${axis.label}\` first, or lift the call over \`${within.label}\` too`,
      });
      return false;
    }
  }
  return true;
}

/** Is the outer axis of each inner dim among these, so that positions are unique? */
export function isCounted(space: Space, axes: readonly Axis[], here: Site): boolean {
  return innerDims(space).every(({ within }) => axes.some(({ id }) => id === within.id) || here.frame.standsIn(within));
}
