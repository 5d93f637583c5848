/** `F per a (…)` (semantics 5.4): the call is lifted over `a`, and each position of `a` has parameters of its own. */
import type { Name, PerExpr, Span } from '../../../grammar/ast.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { isRagged } from '../../graph/spaces.ts';
import { describeAxis } from '../scope/describe.ts';
import type { Site, OwnPosition } from '../scope/context.ts';
import { type Value, isError } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { agree } from '../scope/axes.ts';
import { unknownName } from '../scope/unknown.ts';

/** The axes that `per` names: dims, or axes of a value of this body. */
export function perAxes(names: readonly Name[], here: Site): Axis[] | null {
  const axes: Axis[] = [];
  for (const name of names) {
    const entry = here.scope.lookup(name.text);
    if (isError(entry)) return null;
    const space = entry?.kind === 'dim' ? entry.space : entry === null ? here.frame.space(name.text) : null;
    if (space === null) {
      unknownName(here, 'E0202', name, 'axis or dim', here.scope.names());
      return null;
    }
    if (isRagged(space)) {
      report(
        here,
        'E0503',
        name.span,
        `\`per\` gives each position of \`${name.text}\` parameters of its own, and \`${name.text}\` is ragged`,
        {
          why: 'a parameter has one shape; a ragged axis has another length in every example',
          fix: 'leave `per` out: a call that is lifted shares its parameters',
        },
      );
      return null;
    }
    if (axes.some(({ label }) => label === name.text)) {
      report(here, 'E0301', name.span, `\`per\` names \`${name.text}\` twice`);
      return null;
    }
    axes.push(here.frame.axis(name.text, space));
  }
  return axes;
}

export function withoutParameters(name: string, { span }: PerExpr, here: Site): Value {
  return report(here, 'E0205', span, `\`${name}\` is an operation: it has no parameters that each position could have for its own`, {
    fix: 'remove `per`',
  });
}

/** The body's positions along the axes of `per`, which come in as arguments. */
export function ownArguments(around: readonly OwnPosition[], per: readonly Axis[], here: Site, span: Span): OwnPosition[] {
  const builder = here.ctx.builder.at(origin(here, span));
  const at = (axis: Axis): Node => builder.argument({ elem: { kind: 'index', space: axis.space }, axes: [], masks: [] });
  return [...around.map((own) => ({ ...own, place: at(own.axis) })), ...per.map((axis) => ({ axis, place: at(axis) }))];
}

/** The positions passed to a call for the axes of its `per`: all of them, since it is lifted. An argument may have the axis, too. */
export function ownPositions(per: readonly Axis[], extras: Axis[], span: Span, here: Site): { readonly place: Node }[] | null {
  const builder = here.ctx.builder.at(origin(here, span));
  const places: { place: Node }[] = [];
  for (const axis of per) {
    const known = extras.find(({ label }) => label === axis.label);
    if (known === undefined) extras.push(axis);
    else if (agree(here, axis.space, known.space) !== 'equal') {
      report(here, 'E0303', span, `\`${axis.label}\` of an argument is not the \`${axis.label}\` of \`per\``, {
        expected: describeAxis(axis),
        given: describeAxis(known),
      });
      return null;
    }
    places.push({ place: builder.position({ ...axis, id: (known ?? axis).id }) });
  }
  return places;
}
