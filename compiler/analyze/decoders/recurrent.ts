/** Recurrent decoders: one step's graph, and from it the teacher-forced scan over the generated axis. */
import type { Node, RecurrentDecoder } from '../../graph/graph.ts';
import { Dependence, reachable } from '../../graph/walk.ts';
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
import { rename } from '../types/operate.ts';
import { growing, unrolled } from '../expressions/past.ts';
import { outsideLoop, requireRunningValues } from '../parameters/running.ts';
import { nextOf } from '../bodies/scan.ts';
import type { Site } from '../scope/context.ts';
import { type Value, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { Scope } from '../scope/scope.ts';

export function elaborateRecurrent(setting: DecoderSetting): Decoded | null {
  const { declaration, generates, axis, elem, base } = setting;
  const { ctx } = base;
  const builder = ctx.builder.at(origin(base, generates.span));
  const output = generates.name.text;
  const previous = builder.argument({ elem, axes: [], masks: [] }, origin(base, generates.name.span, output));
  const chosen = builder.argument({ elem, axes: [], masks: [] }, origin(base, generates.name.span, `${output}_next`));
  const position = builder.argument({ elem: { kind: 'index', space: axis.space }, axes: [], masks: [] });
  const constants = new Scope(base.scope);
  const steps = new Scope(constants, { scan: axis.label });
  steps.define(output, { kind: 'value', value: tensor(previous), span: generates.name.span });
  const inside: Site = {
    ...base,
    scope: steps,
    loops: [position],
    steps: new Map([[axis.label, position]]),
    decoding: { axis, position, output, chosen },
  };
  const errors = ctx.problems.errors;
  const known = new Set(ctx.runningValues.all().keys());
  const found = collected();
  runBody(
    declaration.body,
    inside,
    { states: true, emits: false, value: false, clauses: 'decoder', steps: { constants, position } },
    found,
  );
  requireRunningValues(found.running, inside);
  outsideLoop(known, [position, previous, ...found.states.map(({ argument }) => argument)], generates.span, base);
  const nexts = found.states.map((state) => nextOf(state, found, inside));
  if (ctx.problems.errors > errors) return null;
  const logits = logitsOf(setting, [], inside);
  if (logits === null) return null;
  const complete = found.states.map(({ name, argument, init }, k) => ({ name, argument, init, next: nexts[k]! }));
  const dependence = new Dependence();
  const isLate = (node: Node): boolean => dependence.of(node).has(chosen);
  if (isLate(logits)) return readsChoice(logits, found.named, isLate, setting, inside);
  const { taps: all, fields } = attentionFields(found.named, inside);
  // A step's taps are known before the choice.
  const taps = new Map([...all].filter(([, node]) => !isLate(node)));
  const limits = limitsOf(setting, found);
  if (limits === null) return null;
  const tape = ctx.tapes.get(position);
  const graph: RecurrentDecoder = {
    kind: 'recurrent',
    name: declaration.name.text,
    output,
    axis,
    vocabulary: elem.space,
    previous,
    position,
    states: complete,
    logits,
    taps,
    ...limits,
    ...(complete.some(({ next }) => isLate(next)) ? { chosen } : {}),
    ...(tape === undefined ? {} : { tape }),
  };
  return { ...teacherForced(graph, found.named, all, setting), fields };
}

/** E0605: the logits read a next value that is known only after the choice. */
function readsChoice(
  logits: Node,
  named: ReadonlyMap<string, Value>,
  isLate: (node: Node) => boolean,
  { generates }: DecoderSetting,
  inside: Site,
): null {
  const read = new Set(reachable([logits]));
  const late = [...named].find(
    ([name, value]) => name.endsWith("'") && value.kind === 'tensor' && isLate(value.node) && read.has(value.node),
  );
  const word = inside.scope.own('logits') === null ? 'probability' : 'logits';
  const entry = inside.scope.own(word);
  const output = generates.name.text;
  report(
    inside,
    'E0605',
    entry?.kind === 'value' && entry.span !== null ? entry.span : generates.span,
    late === undefined ? `\`${word}\` depends on \`${output}'\`` : `\`${word}\` reads \`${late[0]}\`, which depends on \`${output}'\``,
    {
      why: `\`${output}'\` is chosen by \`${word}\``,
      ...(late === undefined ? {} : { fix: `read the state itself: \`${late[0].replace("'", '')}\`` }),
    },
  );
  return null;
}

/** Teacher forcing: one scan over the generated axis with the true outputs; every named value is an emit. */
function teacherForced(
  graph: RecurrentDecoder,
  namedValues: ReadonlyMap<string, Value>,
  taps: ReadonlyMap<string, Node>,
  setting: DecoderSetting,
): Omit<Decoded, 'fields'> {
  const { axis, base, here, span } = setting;
  // The loop has the location of the call, and belongs to its body.
  const builder = here.ctx.builder.at(origin({ ...here, called: base.called }, span));
  const { outer, inputs, ...targets } = targetsOf(setting);
  // A state as the step reads it: its value before the step.
  const emits: [string, Node][] = [['logits', graph.logits], ...graph.states.map(({ name, argument }): [string, Node] => [name, argument])];
  for (const [name, value] of namedValues) {
    const node = visible(name, value, base);
    if (node !== null && name !== 'logits' && !growing(node, here)) emits.push([name, node]);
  }
  for (const [name, node] of taps)
    if (!emits.some(([known]) => known === name)) emits.push([name, unrolled(node, graph.position, axis, base)]);
  const scan = builder.scan({
    axis,
    position: graph.position,
    xs: [
      { arg: graph.previous, value: rename(targets.previousNode, outer, axis, base, span) },
      ...(graph.chosen === undefined ? [] : [{ arg: graph.chosen, value: rename(targets.targetNode, outer, axis, base, span) }]),
    ],
    states: graph.states.map((state) => ({ arg: state.argument, init: state.init, next: state.next })),
    tape: graph.tape,
    emits: emits.map(([, node]) => node),
  });
  const named = new Map<string, Node>();
  for (const [k, [name]] of emits.entries()) {
    const node = renamedInto(here, builder.result(scan, graph.states.length + k), span);
    named.set(name, builder.copy(node, { ...node.origin, name: name.replace("'", '_next') }));
  }
  return { graph, logits: filled(named.get('logits')!, -Infinity, here), named, inputs, ...targets };
}
