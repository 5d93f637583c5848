/** Reports whatever looks ahead inside a clock, in the program's own words; and elaborates `causal` models. */
import type { Declaration } from '../../../grammar/ast.ts';
import type { Axis, Clocked, Input, Node, NodeOf, Origin } from '../../graph/graph.ts';
import { isInner, sameSpace } from '../../graph/spaces.ts';
import { lookahead, type Lookahead, type NamedOrigin } from '../../passes/clock/causality.ts';
import { describeName, describeType } from '../scope/describe.ts';
import { refuseAlong } from '../types/inner-dims.ts';
import type { Site } from '../scope/context.ts';
import { type Value, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import { spaceOfName } from '../types/types.ts';

/** True if the proof holds. */
export function reportLookahead(clock: NodeOf<'clock'>, names: readonly string[], here: Site): boolean {
  const found = lookahead(clock, names);
  for (const each of found) reportOne(each, here);
  return found.length === 0;
}

function reportOne({ kind, origin, calls, what, fix, reachedBy, reads }: Lookahead, here: Site): void {
  const place = ({ file, start, end }: Origin): { file: string; start: number; end: number } => ({ file, start, end });
  const name = (each: NamedOrigin): string => describeName(each.name);
  const chain = [...reachedBy.map(name), 'this expression', ...reads.map(name)].filter((word, k, all) => word !== all[k - 1]);
  const around = [...here.calls.map((call) => call.place), ...calls.map(place)];
  here.ctx.problems.report({
    code: kind === 'future' ? 'E0701' : 'E0702',
    severity: 'error',
    place: place(origin),
    message: kind === 'future' ? `this looks into the future: ${what}` : `two positions could be "now": ${what}`,
    why:
      chain.length > 1
        ? `a position is computed from the positions that exist then; here ${chain
            .slice(1)
            .map((word, k) => `${k === 0 ? `${chain[0]} reads` : 'which reads'} ${word}`)
            .join(', ')}`
        : 'a position is computed from the positions that exist then',
    ...(fix === null ? {} : { fix }),
    related: [
      ...reads
        .filter(({ start, end }) => end > start)
        .slice(0, 3)
        .map((each) => ({ place: place(each), message: `reads ${name(each)}` })),
      ...around
        .reverse()
        .slice(0, 3)
        .map((each) => ({ place: each, message: 'in this call' })),
      ...(here.ctx.found === null ? [] : [here.ctx.found]),
    ],
  });
}

// ---------------------------------------------------------------- `causal`

export interface OpenClock {
  readonly declaration: Declaration;
  readonly axis: Axis;
  readonly sequences: readonly { readonly name: string; readonly arg: Node; readonly value: Node }[];
}

/** In the body of a `causal` model the inputs along the clock become its arguments. */
export function openClock(declaration: Declaration, inputs: readonly Input[], here: Site): OpenClock | null {
  const { causal } = declaration;
  if (causal === null) return null;
  if (declaration.generates !== null) {
    report(here, 'E0205', causal.span, 'a model that generates is causal by itself', { fix: 'leave `causal` out' });
    return null;
  }
  const space = spaceOfName(causal, here);
  if (space === null) return null;
  if (isInner(space)) {
    report(here, 'E0507', causal.span, `\`${causal.text}\` has a length for each position of another dim: it is not a clock`, {
      why: 'a clock runs once for an example',
      fix: `leave \`causal\` away; a \`scan ${causal.text}\` reads position after position`,
    });
    return null;
  }
  const sequences: { name: string; arg: Node; value: Node }[] = [];
  for (const { name, type } of inputs) {
    if (!type.axes.some((axis) => sameSpace(axis.space, space))) continue;
    const entry = here.scope.own(name);
    if (entry?.kind !== 'value' || entry.value.kind !== 'tensor') continue;
    const { node } = entry.value;
    const arg = here.ctx.builder.argument(type, node.origin);
    sequences.push({ name, arg, value: node });
    here.scope.define(name, { ...entry, value: tensor(arg) });
  }
  const odd = sequences.find(({ arg }) => typeOf(arg).axes.filter((axis) => sameSpace(axis.space, space)).length > 1);
  const axis = sequences[0] === undefined ? undefined : typeOf(sequences[0].arg).axes.find((own) => sameSpace(own.space, space));
  if (axis !== undefined && sequences.some(({ arg }) => refuseAlong(arg, axis, 'a clock along', causal.span, here))) return null;
  if (axis === undefined || odd !== undefined) {
    report(
      here,
      'E0703',
      causal.span,
      odd === undefined
        ? `no input of \`${declaration.name.text}\` lies along \`${causal.text}\``
        : `\`${odd.name}\` lies along \`${causal.text}\` twice`,
      {
        why: 'a step of a causal model takes one position of every input along the clock',
        fix:
          odd === undefined
            ? `give an input the axis, \`x: [${causal.text}, …]\`, or leave \`causal\` away`
            : 'compute what lies along it twice in the body: `x[a as key]`',
      },
    );
    return null;
  }
  return { declaration, axis, sequences };
}

/** The results of the clock, as seen from outside; null where something looks ahead, or a result does not belong to a position. */
export function closeClock(
  { declaration, axis, sequences }: OpenClock,
  found: ReadonlyMap<string, Node>,
  here: Site,
): { readonly outputs: Map<string, Node>; readonly causal: Clocked } | null {
  const { span } = declaration.name;
  for (const [name, node] of found) {
    const { axes } = typeOf(node);
    if (axes.some(({ id }) => id === axis.id)) continue;
    report(here, 'E0703', span, `the result \`${name}\` of \`${declaration.name.text}\` does not lie along \`${axis.label}\``, {
      expected: `an axis \`${axis.label}\``,
      given: describeType(typeOf(node)),
      why: 'a step of a causal model gives one position of every result',
      fix: `give it for every position, \`[${axis.label}, …]\`, or leave \`causal\` away`,
    });
    return null;
  }
  const inner: Node[] = [...found.values()];
  const place = (node: Node): number => (inner.includes(node) ? inner.indexOf(node) : inner.push(node) - 1);
  const collect = (value: Value): void => {
    if (value.kind === 'tensor' && !sequences.some(({ arg }) => arg === value.node)) place(value.node);
    if (value.kind === 'record') for (const part of [...value.fields.values(), ...(value.main === null ? [] : [value.main])]) collect(part);
  };
  const values = here.scope.values();
  for (const value of values.values()) collect(value);
  const b = here.ctx.builder.at(origin(here, span));
  const clock = b.clock(axis, sequences, inner);
  if (!reportLookahead(clock, [...found.keys()], here)) return null;
  const outside = (node: Node): Node => b.copy(b.result(clock, place(node)), node.origin);
  const closed = (value: Value): Value => {
    if (value.kind === 'tensor') return tensor(sequences.find(({ arg }) => arg === value.node)?.value ?? outside(value.node));
    if (value.kind !== 'record') return value;
    return {
      ...value,
      fields: new Map([...value.fields].map(([name, part]) => [name, closed(part)])),
      main: value.main === null ? null : closed(value.main),
    };
  };
  for (const [name, value] of values) here.scope.define(name, { kind: 'value', value: closed(value), span: null });
  return {
    outputs: new Map([...found].map(([name, node]) => [name, outside(node)])),
    causal: { axis, args: sequences.map(({ name, arg }) => ({ name, node: arg })), outputs: found },
  };
}
