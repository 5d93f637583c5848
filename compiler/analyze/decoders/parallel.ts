/**
 * Decoders without a state, written over the whole generated axis: `y` holds the previous outputs at all positions. The axis is a
 * clock: the body is in a `clock` region and may not look ahead (passes/clock/causality.ts).
 */
import { reportLookahead } from './causal.ts';
import { runBody } from '../expressions/evaluate.ts';
import { collected } from '../scope/collected.ts';
import {
  attentionFields,
  filled,
  limitsOf,
  logitsOf,
  renamedInto,
  targetsOf,
  visible,
  type Decoded,
  type DecoderSetting,
} from './parts.ts';
import { countsIn, hasAxis, sameSpace } from '../../graph/spaces.ts';
import type { Clocked, Node, ParallelDecoder } from '../../graph/graph.ts';
import { describeType } from '../scope/describe.ts';
import { rename } from '../types/operate.ts';
import { requireRunningValues } from '../parameters/running.ts';
import type { Site } from '../scope/context.ts';
import { origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import { Scope } from '../scope/scope.ts';
import { tensor } from '../scope/values.ts';

export function elaborateParallel(setting: DecoderSetting): Decoded | null {
  const { declaration, generates, axis, elem, base, here, span } = setting;
  const { ctx } = base;
  const errors = ctx.problems.errors;
  if (!ownAxis(setting)) return null;
  const builder = ctx.builder.at(origin(base, generates.span));
  const output = generates.name.text;
  const previous = builder.argument({ elem, axes: [axis], masks: [] }, origin(base, generates.name.span, output));
  const scope = new Scope(base.scope);
  scope.define(output, { kind: 'value', value: tensor(previous), span: generates.name.span });
  const inside: Site = { ...base, scope, clocked: true, decoding: { axis, position: builder.position(axis), output, chosen: null } };
  const found = collected();
  runBody(declaration.body, inside, { states: false, emits: false, value: false, clauses: 'decoder', steps: null }, found);
  requireRunningValues(found.running, inside);
  if (ctx.problems.errors > errors) return null;
  const given = logitsOf(setting, [axis], inside);
  // `table @ x` puts the vocabulary first.
  const logits =
    given === null ? null : ctx.builder.at(given.origin).broadcast(given, [axis, ...typeOf(given).axes.filter(({ id }) => id !== axis.id)]);
  const limits = logits === null ? null : limitsOf(setting, found);
  if (logits === null || limits === null) return null;
  const { taps, fields } = attentionFields(found.named, inside);
  const values = new Map<string, Node>([['logits', logits]]);
  for (const [name, value] of found.named) {
    const node = visible(name, value, inside);
    if (node !== null && name !== 'logits') values.set(name, node);
  }
  for (const [name, node] of taps) if (!values.has(name)) values.set(name, node);

  const { outer, inputs, ...targets } = targetsOf(setting);
  const at = here.ctx.builder.at(origin({ ...here, called: base.called }, span));
  const clock = at.clock(axis, [{ arg: previous, value: rename(targets.previousNode, outer, axis, base, span) }], [...values.values()]);
  if (!reportLookahead(clock, [...values.keys()], base)) return null;
  const named = new Map<string, Node>();
  for (const [k, [name, value]] of [...values].entries()) {
    const node = renamedInto(here, at.result(clock, k), span);
    named.set(name, at.copy(node, { ...value.origin, name: name.replace("'", '_next') }));
  }
  // Only a value with one element per position can be computed in a step, and only along axes whose length a step knows.
  const along = [...taps].filter(
    ([, node]) => hasAxis(typeOf(node).axes, axis.id) && !typeOf(node).axes.some(({ space }) => countsIn(space, axis.space)),
  );
  const outputs = new Map([['logits', logits], ...along.map(([name, node]): [string, Node] => [`tap.${name}`, node])]);
  const clocked: Clocked = { axis, args: [{ name: 'previous', node: previous }], outputs };
  const graph: ParallelDecoder = {
    kind: 'parallel',
    name: declaration.name.text,
    output,
    axis,
    vocabulary: elem.space,
    clocked,
    ...limits,
  };
  return { graph, logits: filled(named.get('logits')!, -Infinity, here), named, fields, inputs, ...targets };
}

/** Inside, an axis of the generated dim is the clock: no value from outside may have one. */
function ownAxis({ declaration, generates, axis, given, base }: DecoderSetting): boolean {
  const arrived = given.flatMap(({ param, node }) => (node === null ? [] : [{ param, type: typeOf(node) }]));
  const clash = arrived.find(({ type }) => type.axes.some((own) => sameSpace(own.space, axis.space)));
  if (clash === undefined) return true;
  report(
    base,
    'E0601',
    clash.param.span,
    `\`${clash.param.name.text}\` of \`${declaration.name.text}\` has an axis of the dim that the decoder generates along`,
    {
      given: describeType(clash.type),
      why: 'the generated axis is a clock: its positions come into being one by one, and those of an argument are all there',
      fix: `declare a dim of its own for \`${generates.name.text}\`, such as \`dim written: ragged\`, and end it with \`at most …\``,
    },
  );
  return false;
}
