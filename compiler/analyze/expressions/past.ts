/** `past[tape](h)`: the values that a state has had so far, the initial one first. */
import type { BracketArg, CallExpr, Span } from '../../../grammar/ast.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Axis, Dim, Node, Space } from '../../graph/graph.ts';
import { sameSpace } from '../../graph/spaces.ts';
import { describeType } from '../scope/describe.ts';
import { evaluate } from './evaluate.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import { size } from '../../size/size.ts';

export function pastOf(expr: CallExpr, brackets: readonly BracketArg[], here: Site): Value {
  const [bracket] = brackets;
  if (brackets.length !== 1 || bracket?.kind !== 'value' || bracket.value.kind !== 'name' || bracket.value.prime) {
    return report(here, 'E0404', expr.span, '`past` makes one axis, which has a name', { fix: '`past[tape](h)`' });
  }
  if (expr.args.length !== 1)
    return report(here, 'E0403', expr.span, '`past` has the wrong number of arguments', { expected: '1', given: `${expr.args.length}` });
  const given = expr.args[0]!.value;
  const { span } = given;
  const value = evaluate(given, here);
  if (value.kind === 'error') return ERROR;
  const loop = value.kind === 'tensor' ? here.ctx.stateLoops.get(value.node) : undefined;
  if (value.kind !== 'tensor' || loop === undefined) {
    return report(here, 'E0610', span, '`past` reads a state of the scan or decoder around it', {
      given: value.kind === 'tensor' ? describeType(typeOf(value.node)) : 'no tensor',
      why: 'a state is what is kept from step to step; other values are gone with their step',
      fix:
        given.kind === 'name' && given.prime
          ? `the values before this step: \`past[…](${given.name})\``
          : "keep it in a state: `state kept: […] = 0;  kept' = …`",
    });
  }
  const label = bracket.value.name;
  const { axes } = typeOf(value.node);
  if (axes.some((axis) => axis.label === label))
    return report(here, 'E0301', bracket.span, `the state already has an axis \`${label}\``, { given: describeType(typeOf(value.node)) });
  if (here.steps.has(label)) {
    return report(here, 'E0601', bracket.span, `\`${label}\` is the axis that this scan goes along`, {
      why: "inside it a value is one step's",
      fix: `call the steps before by another name: \`past[tape](…)\``,
    });
  }
  const axis = here.frame.axis(label, { kind: 'dim', dim: tapeOf(loop, label, here) });
  return tensor(pastIn(value.node, axis, here.ctx.builder.at(origin(here, expr.span))));
}

/** The past of a state of rounds, each of which reads the state at its position, is read at that position, too. */
function pastIn(state: Node, axis: Axis, builder: Builder): Node {
  const { op, inputs } = state;
  if (op.kind !== 'gather') return builder.node({ kind: 'past', axis }, [state]);
  return builder.node(op, [pastIn(inputs[0]!, axis, builder), inputs[1]!]);
}

/** One dim for all pasts of a scan, since they have the same positions. */
function tapeOf(loop: Node, label: string, { ctx }: Site): Dim {
  const known = ctx.tapes.get(loop);
  if (known !== undefined) return known;
  const id = `${label}@${loop.id}`;
  const made: Dim = { id, label, size: size.atom(id), ragged: true, origin: size.int(0), mayBeEmpty: false };
  ctx.tapes.set(loop, made);
  return made;
}

function isTape(space: Space, { ctx }: Site): boolean {
  if (space.kind === 'dim') return [...ctx.tapes.values()].some((tape) => sameSpace(space, { kind: 'dim', dim: tape }));
  return space.kind !== 'anon' && space.parts.some((part) => isTape(part, { ctx } as Site));
}

/** The axis of a value that grows from step to step. */
export function growing(node: Node, here: Site): Axis | undefined {
  return typeOf(node).axes.find(({ space }) => isTape(space, here));
}

/** E0611: a growing value has another length at every step, and cannot be stacked with those of other steps. */
export function leaves(node: Node, here: Site, span: Span): boolean {
  const axis = growing(node, here);
  if (axis === undefined) return false;
  report(here, 'E0611', span, `\`${axis.label}\` has another length at every step: nothing outside the scan can hold it`, {
    given: describeType(typeOf(node)),
    fix: `reduce it: \`sum[${axis.label}](…)\`, \`x[${axis.label} = last]\`; the weights of an attention go outside by themselves`,
  });
  return true;
}

/** E0611: positions on a whole, a part of which grows, would differ from step to step. */
export function refuseGrowing(axes: readonly (Axis | null)[], what: string, span: Span, here: Site): boolean {
  const axis = axes.find((each) => each !== null && isTape(each.space, here));
  if (axis === undefined || axis === null) return false;
  report(here, 'E0611', span, `${what} \`${axis.label}\`, which has another length at every step`, {
    why: 'positions on the whole would be other ones at every step',
    fix: `keep \`${axis.label}\` as it is: reduce it by itself, as in \`sum[${axis.label}](…)\`, and put the results together`,
  });
  return true;
}

/** A value over the steps so far, extended to the initial position and all steps: 0 at steps still to come. */
export function unrolled(node: Node, position: Node, along: Axis, here: Site): Node {
  const tape = here.ctx.tapes.get(position);
  const axes = tape === undefined ? [] : typeOf(node).axes.filter(({ space }) => space.kind === 'dim' && space.dim.id === tape.id);
  const b = here.ctx.builder.at({ ...node.origin });
  return axes.reduce((value, axis) => {
    const into = here.frame.axis(axis.label, { kind: 'cat', parts: [{ kind: 'anon', size: size.int(1) }, along.space] });
    return b.scatter(value, b.unary('int', b.position(axis)), into, [axis.id]);
  }, node);
}
