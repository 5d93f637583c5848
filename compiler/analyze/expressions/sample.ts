/** `sample`: draws, one for each element, step and example (semantics 10). */
import type { BracketArg, Expr, SampleExpr, Span } from '../../../grammar/ast.ts';
import type { Axis, Draw, Node } from '../../graph/graph.ts';
import { isRagged } from '../../graph/spaces.ts';
import { bracketAxes, existing } from './brackets.ts';
import { evaluateTensor } from './evaluate.ts';
import { mayBeEmpty } from './index-expr.ts';
import { allAxes, keepOrder, number, toFloat } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { axisByLabel } from '../scope/axes.ts';
import { unknownName, unknownOf } from '../scope/unknown.ts';

interface Drawn {
  readonly name: string;
  readonly span: Span;
  readonly brackets: readonly BracketArg[];
  readonly args: readonly { readonly value: Expr }[];
}

type Distribution = (drawn: Drawn, here: Site) => Value;

const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = { categorical, bernoulli, normal: plain, uniform: plain };

export function elaborateSample(expr: SampleExpr, here: Site): Value {
  const { draw } = expr;
  const base = draw.callee.kind === 'bracket' ? draw.callee.base : draw.callee;
  const known = Object.keys(DISTRIBUTIONS);
  if (base.kind !== 'name')
    return report(here, 'E0205', draw.callee.span, '`sample` draws from a distribution', {
      expected: known.map((name) => `\`${name}\``).join(', '),
    });
  if (!Object.hasOwn(DISTRIBUTIONS, base.name))
    return unknownOf(here, 'E0201', { text: base.name, span: base.span }, 'distribution to sample from', known);
  const named = draw.args.find((arg) => arg.name !== null)?.name;
  if (named != null) return report(here, 'E0404', named.span, `\`${base.name}\` takes no named argument`);
  return DISTRIBUTIONS[base.name]!(
    { name: base.name, span: expr.span, brackets: draw.callee.kind === 'bracket' ? draw.callee.args : [], args: draw.args },
    here,
  );
}

/**
 * A position of the axis, each with probability p / Σ p: for exponential draws E, the position where p / E is largest has that
 * distribution, as the maximum of log p + g has for Gumbel's g, but without logarithms (Gumbel 1954).
 */
function categorical(drawn: Drawn, here: Site): Value {
  const { span } = drawn;
  const p = onlyArgument(drawn, here);
  if (p === null) return ERROR;
  const axes = bracketAxes(drawn.name, p, drawn.brackets, here, span);
  if (axes === null) return ERROR;
  const [axis] = axes;
  if (axis === undefined || axes.length > 1)
    return report(here, 'E0404', span, '`categorical` draws a position of exactly one axis', { given: `${axes.length}` });
  if (isRagged(axis.space) && mayBeEmpty(axis.space) && !here.filled) {
    return report(here, 'E0502', span, `\`${axis.label}\` may be empty: it has no position to draw`, {
      fix: 'declare the dim without `0..`, or guard with `else`',
    });
  }
  const builder = here.ctx.builder.at(origin(here, span));
  const score = builder.binary('div', p, random('exponential', allAxes(p), drawn, here));
  const place = existing(builder.argmax(score, axis.id), axis, here, span);
  keepOrder(place, [p], here);
  return tensor(place);
}

/** True with probability p. */
function bernoulli(drawn: Drawn, here: Site): Value {
  const p = onlyArgument(drawn, here);
  const more = p === null ? null : namedAxes(drawn, here);
  if (p === null || more === null) return ERROR;
  const twice = more.find(({ label }) => axisByLabel(p, label) !== null);
  if (twice !== undefined)
    return report(here, 'E0301', drawn.span, `\`${twice.label}\` is an axis of the probability already`, {
      fix: 'the brackets name the axes that it lacks',
    });
  return tensor(here.ctx.builder.at(origin(here, drawn.span)).binary('lt', random('uniform', [...more, ...allAxes(p)], drawn, here), p));
}

/** Over the axes that the brackets name. */
function plain(drawn: Drawn, here: Site): Value {
  const { name, args } = drawn;
  if (args.length > 0)
    return report(here, 'E0403', drawn.span, `\`${name}\` takes no argument`, {
      given: `${args.length}`,
      fix: `\`sample ${name}[a, b]()\` draws over axes \`a\` and \`b\`; scale and shift what is drawn`,
    });
  const axes = namedAxes(drawn, here);
  return axes === null ? ERROR : tensor(random(name as Draw, axes, drawn, here));
}

function random(draw: Draw, axes: readonly Axis[], { span }: Drawn, here: Site): Node {
  return here.ctx.builder.at(origin(here, span)).random(draw, 0, here.ctx.site(`${here.path}.sample`), axes, here.loops);
}

function onlyArgument({ name, args, span }: Drawn, here: Site): Node | null {
  const [arg] = args;
  if (arg === undefined || args.length > 1) {
    report(here, 'E0403', span, `\`${name}\` has the wrong number of arguments`, { expected: '1', given: `${args.length}` });
    return null;
  }
  const node = evaluateTensor(arg.value, here);
  const p = node === null ? null : number(node, name, here, arg.value.span);
  return p === null ? null : toFloat(p, here, arg.value.span);
}

/** The names of dims, and of axes of values here. */
function namedAxes({ name, brackets }: Drawn, here: Site): Axis[] | null {
  const axes: Axis[] = [];
  for (const arg of brackets) {
    const found = axesOfBracket(arg, name, here);
    if (found === null) return null;
    const twice = found.find(({ id }) => axes.some((axis) => axis.id === id));
    if (twice !== undefined) {
      report(here, 'E0301', arg.span, `\`${name}\` names \`${twice.label}\` twice`);
      return null;
    }
    axes.push(...found);
  }
  return axes;
}

function axesOfBracket(arg: BracketArg, name: string, here: Site): readonly Axis[] | null {
  if (arg.kind === 'group') {
    const entry = here.scope.lookup(`${arg.name.text}..`);
    if (entry?.kind === 'group') return entry.axes;
    unknownName(here, 'E0202', arg.name, 'group of axes', []);
    return null;
  }
  if (arg.kind !== 'value' || arg.value.kind !== 'name' || arg.value.prime) {
    report(here, 'E0404', arg.span, `\`${name}\` names the axes that it draws over`, { fix: `\`sample ${name}[a, b](…)\`` });
    return null;
  }
  const { name: label, span } = arg.value;
  const entry = here.scope.lookup(label);
  const space = entry?.kind === 'dim' ? entry.space : here.frame.space(label);
  if (space !== null) return [here.frame.axis(label, space)];
  unknownName(
    here,
    'E0202',
    { text: label, span },
    'axis or dim',
    [...here.scope.names()].filter((each) => here.scope.lookup(each)?.kind === 'dim'),
  );
  return null;
}
