/** What sizes the dims that have no declared number: the inputs of a model. */
import type { Declaration } from '../../../grammar/ast.ts';
import type { Dim, Input, Node, ObjectiveGraph, Space, TensorType } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import { reachable } from '../../graph/walk.ts';
import type { Model } from './model.ts';
import type { Site } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { atomsOf } from '../../size/size.ts';

/** Does an axis have this dim? */
export function hasDim({ axes }: TensorType, dim: Dim): boolean {
  return axes.some((axis) => mentions(axis.space, dim));
}

function mentions(space: Space, dim: Dim): boolean {
  return space.kind === 'dim'
    ? space.dim.id === dim.id || atomsOf(space.dim.size).has(dim.id)
    : space.kind === 'anon'
      ? atomsOf(space.size).has(dim.id)
      : space.parts.some((part) => mentions(part, dim));
}

/** Does an input have an axis of exactly this dim? */
function standsOn(inputs: readonly Input[], dim: Dim): boolean {
  return inputs.some(({ type }) => type.axes.some(({ space }) => space.kind === 'dim' && space.dim.id === dim.id));
}

/** Ragged dims that are used, but are on no input's axes: an example gives their length. */
export function toldDims(dims: readonly Dim[], inputs: readonly Input[], roots: readonly Node[]): readonly Dim[] {
  const nodes = reachable(roots);
  return dims.filter((dim) => {
    // A dim with a length for each position of another has no single number.
    if (!dim.ragged || dim.inside !== undefined || standsOn(inputs, dim)) return false;
    return (
      inputs.some(
        ({ type: { elem, axes } }) =>
          (elem.kind === 'index' && mentions(elem.space, dim)) || axes.some(({ space }) => mentions(space, dim)),
      ) || nodes.some((node) => reads(node, dim))
    );
  });
}

/** E0506: a dim that is `= input`, or `ragged in` another, is used but is on no input. */
export function reportUnsized(
  declaration: Declaration,
  dims: readonly Dim[],
  model: Model,
  objectives: readonly ObjectiveGraph[],
  here: Site,
): void {
  const check = (roots: readonly Node[], inputs: readonly Input[], what: string): void => {
    for (const dim of dims) {
      if ((dim.ofCall !== true && dim.inside === undefined) || standsOn(inputs, dim)) continue;
      if (!reachable(roots).some((node) => reads(node, dim))) continue;
      report(here, 'E0506', declaration.name.span, `nothing tells how many positions \`${dim.label}\` has in ${what}`, {
        why:
          dim.inside === undefined
            ? `\`${dim.label}\` is \`= input\`: its size is that of an input's axis, and no input has the axis`
            : `\`${dim.label}\` has a length for each position of \`${dim.inside.label}\`, and no input has both axes`,
        fix:
          dim.inside === undefined
            ? `give it a number (\`dim ${dim.label} = 8\`), or declare an input with it`
            : `declare an input of \`[${dim.inside.label}, ${dim.label}]\``,
      });
    }
  };
  const inputs = [...model.inputs, ...(model.decoded?.inputs ?? [])];
  check([...model.outputs.values()], inputs, `\`${declaration.name.text}\``);
  for (const { name, given, updates } of objectives)
    check(
      updates.flatMap(({ loss, metrics }) => [loss, ...metrics.values()]),
      [...inputs, ...given],
      `\`${name}\``,
    );
}

function reads({ op, types }: Node, dim: Dim): boolean {
  return (
    (op.kind === 'size' && atomsOf(op.size).has(dim.id)) ||
    types.some((type) => type.axes.some(({ space }) => atomsOf(sizeOf(space)).has(dim.id)))
  );
}
