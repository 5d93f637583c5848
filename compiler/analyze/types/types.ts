/** Sizes, axes and types as written: from syntax to `Size`, `Axis`, `TensorType`. */
import type { AxisExpr, DimItem, DimSpec, Expr, Name, OptionItem, Span, TensorTypeExpr, TypeExpr } from '../../../grammar/ast.ts';
import type { Axis, Dim, Elem, Space, TensorType } from '../../graph/graph.ts';
import { cat, dimSpace, isRagged, sizeOf } from '../../graph/spaces.ts';
import { settingPlace, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Site } from '../scope/context.ts';
import { lost, reportLost } from './inner-dims.ts';
import { origin, report } from '../scope/report.ts';
import { dimNames, typeOf } from '../scope/axes.ts';
import { ERROR, isError } from '../scope/values.ts';
import { isOfLengths, lengthSpace } from './length.ts';
import type { Size } from '../../size/size.ts';
import { atomsOf, constantOf, evaluate, held, showSize, size, SizeError } from '../../size/size.ts';
import { isTaken } from '../scope/taken.ts';
import { unknownName } from '../scope/unknown.ts';

/** The size an expression denotes, or null (reported). */
export function sizeOfExpr(expr: Expr, here: Site): Size | null {
  return guarded(expr.span, here, () => {
    const made = written(expr, here);
    return made === null ? null : held(made);
  });
}

/** An impossible size is an error of the program: reported, never thrown. */
function guarded<T>(span: Span, here: Site, make: () => T | null): T | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SizeError)) throw error;
    report(here, 'E0311', span, `no size can be this: ${error.message}`);
    return null;
  }
}

type Bad = (message: string, fix?: string) => null;

function written(expr: Expr, here: Site): Size | null {
  const bad: Bad = (
    message,
    fix = 'a size is made of dims and whole numbers with `+ - * /`, powers, `ceil(a / n)`, `floor(a / n)`, `ceil(log2(a))`, `floor(log2(a))`, `max`, `min`',
  ) => {
    report(here, 'E0311', expr.span, message, { fix });
    return null;
  };
  switch (expr.kind) {
    case 'number':
      return Number.isInteger(expr.value) ? size.int(expr.value) : bad(`\`${expr.text}\` is not a whole number`);
    case 'name': {
      if (expr.prime) return bad('a size cannot be a state');
      const entry = here.scope.lookup(expr.name);
      if (entry === null) {
        unknownName(here, 'E0201', { text: expr.name, span: expr.span }, 'dim', dimNames(here));
        return null;
      }
      if (entry.kind === 'dim') return sizeOf(entry.space);
      if (entry.kind === 'option' && typeof entry.value === 'number' && Number.isInteger(entry.value)) return size.int(entry.value);
      if (entry.kind === 'value' && entry.value.kind === 'error') return null;
      if (
        entry.kind === 'value' &&
        entry.value.kind === 'tensor' &&
        entry.value.node.op.kind === 'constant' &&
        typeOf(entry.value.node).elem.kind === 'int'
      ) {
        return size.int(entry.value.node.op.value);
      }
      return bad(`\`${expr.name}\` is not a dim: a size must be known before anything runs`);
    }
    case 'unary': {
      const operand = written(expr.operand, here);
      return operand === null ? null : expr.op === '-' ? size.sub(size.int(0), operand) : bad('`not` has no place in a size');
    }
    case 'binary':
      return binarySize(expr, here, bad);
    case 'call':
      return calledSize(expr, here, bad);
    default:
      return bad('this is not a size');
  }
}

function binarySize(expr: Extract<Expr, { kind: 'binary' }>, here: Site, bad: Bad): Size | null {
  const a = written(expr.left, here);
  const b = written(expr.right, here);
  if (a === null || b === null) return null;
  switch (expr.op) {
    case '+':
      return size.add(a, b);
    case '-':
      return size.sub(a, b);
    case '*':
      return size.mul(a, b);
    case '/': {
      const divisor = constantOf(b);
      if (divisor !== null && divisor < 1) return bad(`a size is divided by ${divisor}`);
      const made = size.quot(a, b);
      here.ctx.requirements.push({ kind: 'divides', a: b, b: a, origin: origin(here, expr.span), why: 'a size is a whole number' });
      return made;
    }
    case '^': {
      const power = constantOf(b);
      return power !== null && power >= 0 ? size.pow(a, power) : size.fn('pow', [a, b]);
    }
    default:
      return bad(`\`${expr.op}\` has no place in a size`);
  }
}

function calledSize(expr: Extract<Expr, { kind: 'call' }>, here: Site, bad: Bad): Size | null {
  if (expr.callee.kind !== 'name') return bad('this is not a size');
  const args: Size[] = [];
  const name = expr.callee.name;
  const first = expr.args[0]?.value;
  // `ceil(a / n)` and `floor(a / n)` are exact; so are those of `log2(a)`.
  if ((name === 'ceil' || name === 'floor') && expr.args.length === 1 && first !== undefined) {
    if (first.kind === 'binary' && first.op === '/') {
      const a = sizeOfExpr(first.left, here);
      const b = sizeOfExpr(first.right, here);
      if (a === null || b === null) return null;
      const n = constantOf(b);
      if (n !== null && n <= 0) return bad(`\`${name}\` divides by a positive whole number`, `\`${name}(… / 2)\``);
      if (n === null)
        return bad(
          `what \`${name}\` divides by must be one number for good, and another size could be given for this`,
          fixedFix(first.right, b, here),
        );
      return name === 'ceil' ? size.ceilDiv(a, n) : size.div(a, n);
    }
    if (first.kind === 'call' && first.callee.kind === 'name' && first.callee.name === 'log2' && first.args.length === 1) {
      const a = sizeOfExpr(first.args[0]!.value, here);
      return a === null ? null : size.fn(name === 'ceil' ? 'log2ceil' : 'log2floor', [a]);
    }
    return sizeOfExpr(first, here);
  }
  if ((name !== 'max' && name !== 'min') || expr.args.length === 0) return bad(`\`${name}\` has no place in a size`);
  for (const arg of expr.args) {
    const value = sizeOfExpr(arg.value, here);
    if (value === null) return null;
    args.push(value);
  }
  return size.fn(name, args);
}

/** How a divisor becomes a number. */
function fixedFix(expr: Expr, value: Size, here: Site): string {
  const [atom] = [...atomsOf(value)];
  const known = atom === undefined ? undefined : here.ctx.defaults.get(atom);
  if (expr.kind === 'name' && known !== undefined) return `declare it as \`const dim ${expr.name} = ${known}\``;
  return 'write a number, or a `const dim`';
}

/** The space that a name or size expression denotes where an extent is expected. */
function spaceOfExpr(expr: Expr, here: Site): Space | null {
  if (expr.kind === 'name' && !expr.prime) {
    const entry = here.scope.lookup(expr.name);
    if (entry?.kind === 'dim') return entry.space;
  }
  const value = sizeOfExpr(expr, here);
  return value === null || !hasPositions(value, expr.span, here) ? null : spaceOfSize(value, expr, here);
}

/** The space of a written size; for one that depends on the example, checks that an axis can have it. */
export function spaceOfSize(value: Size, expr: Expr, here: Site): Space | null {
  if (!isOfLengths(value, here)) return { kind: 'anon', size: value };
  const parts = sumParts(expr, here);
  return parts === null
    ? lengthSpace(value, `=${value.key}`, here.module.module.file.text.slice(expr.span.start, expr.span.end), expr.span, here)
    : cat(parts);
}

/** Can an axis have this size? False (reported) if it would have no position. */
export function hasPositions(value: Size, span: Span, here: Site): boolean {
  const known = constantOf(value);
  if (known === null || known >= 1) return true;
  report(here, 'E0311', span, `an axis cannot have ${known} positions`, { expected: 'one position or more' });
  return false;
}

/** The space of a bare axis name: a dim, a bound formal. */
export function spaceOfName(name: Name, here: Site): Space | null {
  const entry = here.scope.lookup(name.text);
  // A call may give its brackets a number.
  if (entry?.kind === 'dim') return hasPositions(sizeOf(entry.space), name.span, here) ? entry.space : null;
  if (!isError(entry)) unknownName(here, 'E0202', name, 'axis or dim', dimNames(here));
  return null;
}

export function axesOfExprs(exprs: readonly AxisExpr[], here: Site): Axis[] | null {
  const axes: Axis[] = [];
  let failed = false;
  for (const expr of exprs) {
    if (expr.group) {
      const entry = here.scope.lookup(`${expr.label.text}..`);
      if (entry?.kind !== 'group') {
        unknownName(here, 'E0202', expr.label, 'group of axes', []);
        failed = true;
      } else if (axes.some(({ id }) => entry.axes.some((own) => own.id === id))) {
        report(here, 'E0301', expr.span, `the axes \`${expr.label.text}..\` stand twice in one type`);
        failed = true;
      } else axes.push(...entry.axes);
      continue;
    }
    const space = expr.size === null ? spaceOfName(expr.label, here) : spaceOfExpr(expr.size, here);
    if (space === null) {
      failed = true;
      continue;
    }
    if (axes.some((axis) => axis.label === expr.label.text)) {
      report(here, 'E0301', expr.span, `the axis \`${expr.label.text}\` stands twice in one type`, {
        fix: `a linear map is \`[${expr.label.text} <- ${expr.label.text}]\`; else rename one: \`[${expr.label.text}, other: ${expr.label.text}]\``,
      });
      failed = true;
      continue;
    }
    axes.push(here.frame.axis(expr.label.text, space));
  }
  const alone = failed ? null : lost(axes, here);
  if (alone !== null) {
    reportLost(alone, exprs[0]!.span, here);
    failed = true;
  }
  return failed ? null : axes;
}

export function elemOfExpr(expr: TensorTypeExpr['elem'], here: Site): Elem | null {
  if (expr.kind !== 'index') return { kind: expr.kind };
  const space = spaceOfName(expr.of, here);
  return space === null ? null : { kind: 'index', space };
}

export function tensorTypeOfExpr(expr: TensorTypeExpr, here: Site): TensorType | null {
  const elem = elemOfExpr(expr.elem, here);
  const axes = axesOfExprs(expr.axes, here);
  return elem === null || axes === null ? null : { elem, axes, masks: [] };
}

/** In-axes of a map have ids of their own, so that `[hidden <- hidden]` has two. */
export function inAxis(axis: Axis): Axis {
  return { ...axis, id: `${axis.id}~in` };
}

export function mapTypeOfExpr(expr: Extract<TypeExpr, { kind: 'map' }>, here: Site): { outs: Axis[]; ins: Axis[] } | null {
  const outs = axesOfExprs(expr.out, here);
  const ins = axesOfExprs(expr.in, here);
  return outs === null || ins === null ? null : { outs, ins: ins.map(inAxis) };
}

// ---------------------------------------------------------------- dims and options

/** How the dims of a file are distinguished from those of others; `shared`: the program's names for those that belong to it. */
export interface FileDims {
  readonly prefix: string;
  readonly shared: ReadonlyMap<string, string>;
}

/** Brings a `dim` item's names into scope. A program's dims with a plain number are hyperparameters: their size is an atom. */
export function declareDims(item: DimItem, here: Site, file: FileDims | null): Dim[] {
  const declared: Dim[] = [];
  for (const spec of item.dims) {
    const label = spec.name.text;
    if (isTaken(spec.name, here)) continue;
    const space = guarded(spec.span, here, () => {
      const made = spaceOfSpec(spec, item, here, file);
      if (made !== null) held(sizeOf(made));
      return made;
    });
    here.scope.define(
      label,
      space === null
        ? { kind: 'value', value: ERROR, span: spec.name.span }
        : { kind: 'dim', space, span: spec.name.span, file: here.module.path },
    );
    if (space?.kind === 'dim') declared.push(space.dim);
  }
  return declared;
}

function spaceOfSpec(spec: DimSpec, item: DimItem, here: Site, file: FileDims | null): Space | null {
  const { ctx } = here;
  const shared = file?.shared.get(spec.name.text) ?? null;
  const label = shared ?? spec.name.text;
  const id = shared ?? `${file?.prefix ?? here.frame.id}${label}`;
  const override = shared === null ? undefined : ctx.overrides.get(label);
  const dim = (given: Partial<Dim> & { size: Size }): Space =>
    dimSpace({ id, label, ragged: false, origin: size.int(0), mayBeEmpty: false, ...given });
  const { value } = spec;
  if (override !== undefined && (value.kind !== 'size' || typeof override !== 'number' || !Number.isInteger(override) || override < 1)) {
    here.ctx.problems.report({
      code: 'E0311',
      severity: 'error',
      place: settingPlace(label, override),
      message: `\`${label}\` cannot be set to \`${override}\``,
      expected: value.kind === 'size' ? 'a whole number from 1' : 'no setting: its size comes from the input, or from its range',
    });
    return null;
  }
  switch (value.kind) {
    case 'ragged': {
      const outer = value.within === null ? null : outerDim(value.within, spec, here, file);
      if (outer === 'refused') return null;
      ctx.ragged.add(id);
      if (value.mayBeEmpty) ctx.emptied.add(id);
      const made = dim({ size: size.atom(id), ragged: true, mayBeEmpty: value.mayBeEmpty, ...(outer === null ? {} : { inside: outer }) });
      if (outer !== null && made.kind === 'dim') ctx.inner.set(id, made.dim);
      const bound = value.atMost === null ? null : spaceOfExpr(value.atMost, here);
      if (bound !== null) {
        ctx.parts.push({ part: made, whole: bound });
        ctx.requirements.push({
          kind: 'atMost',
          a: size.atom(id),
          b: sizeOf(bound),
          origin: origin(here, spec.span),
          why: `\`${label}\` is declared with this bound`,
        });
      }
      return made;
    }
    case 'input':
      if (file === null) {
        report(here, 'E0205', spec.span, '`= input` stands only at the top of a file', {
          why: 'the inputs of a model give the size',
          fix: `let a formal stand for it: \`[${label}]\` in the signature`,
        });
        return null;
      }
      ctx.ofCall.add(id);
      return dim({ size: size.atom(id), ofCall: true });
    case 'range': {
      const from = sizeOfExpr(value.from, here);
      const to = sizeOfExpr(value.to, here);
      if (from === null || to === null) return null;
      const places = size.add(size.sub(to, from), size.int(1));
      const known = constantOf(places);
      if (known !== null && known < 1) {
        report(here, 'E0311', spec.span, 'the range is empty');
        return null;
      }
      if (!isOfLengths(from, here) && !isOfLengths(to, here)) return dim({ size: places, origin: from });
      report(here, 'E0311', spec.span, 'a range cannot begin or end at a length of the examples', {
        why: 'its positions are the same for all examples',
        fix: `count its positions from 0: \`dim ${label} = ${showSize(places)}\``,
      });
      return null;
    }
    case 'size': {
      if (shared !== null && value.size.kind === 'number' && !item.constant) {
        if (!Number.isInteger(value.size.value) || value.size.value < 1) {
          report(here, 'E0311', value.size.span, `\`${value.size.text}\` is not a size of a dim`, { expected: 'a whole number from 1' });
          return null;
        }
        return dim({ size: ctx.fixed.has(id) ? size.int(typeof override === 'number' ? override : value.size.value) : size.atom(id) });
      }
      // Semantics 1.2: a sum is the concatenation of its parts, so that a part's positions are positions of the whole.
      const parts = override === undefined ? sumParts(value.size, here) : null;
      if (parts !== null) return cat(parts);
      const formula = typeof override === 'number' ? size.int(override) : sizeOfExpr(value.size, here);
      const known = formula === null ? null : constantOf(formula);
      if (formula !== null && isOfLengths(formula, here)) return lengthSpace(formula, id, label, value.size.span, here);
      if (formula === null || known === null || known >= 1) return formula === null ? null : dim({ size: formula });
      report(here, 'E0311', value.size.span, `\`${label}\` would have ${known} positions`, { expected: 'one position or more' });
      return null;
    }
  }
}

/** The dim that another is `ragged in`: it must be ragged or fixed, and not itself inside another. */
function outerDim(name: Name, spec: DimSpec, here: Site, file: FileDims | null): Dim | 'refused' {
  const space = spaceOfName(name, here);
  if (space === null) return 'refused';
  const label = spec.name.text;
  if (file === null)
    report(here, 'E0205', spec.span, '`ragged in` stands only at the top of a file', {
      why: 'the inputs of a model give the lengths',
      fix: `let a formal stand for it: \`[${label}]\` in the signature`,
    });
  else if (space.kind !== 'dim')
    report(here, 'E0507', name.span, `\`${name.text}\` is made of other dims: no dim can be \`ragged in\` it`, {
      fix: 'name one of its parts',
    });
  else if (space.dim.inside !== undefined) {
    report(here, 'E0507', name.span, `\`${name.text}\` is itself \`ragged in ${space.dim.inside.label}\``, {
      why: 'lengths are kept for each position of one axis',
      fix: `bound one of the two instead: \`dim ${label} = 40\`, and mark what is there with a \`bool\` input`,
    });
  } else return space.dim;
  return 'refused';
}

/** The spaces of `a + b`, where one is a dim. */
function sumParts(expr: Expr, here: Site): Space[] | null {
  const terms: Expr[] = [];
  const collect = (term: Expr): void => {
    if (term.kind === 'binary' && term.op === '+') {
      collect(term.left);
      collect(term.right);
    } else terms.push(term);
  };
  collect(expr);
  if (terms.length < 2) return null;
  if (terms.some((term) => term.kind === 'name' && here.scope.lookup(term.name)?.kind !== 'dim')) return null;
  const spaces: Space[] = [];
  for (const term of terms) {
    if (term.kind !== 'name' && term.kind !== 'number') return null;
    const space = spaceOfExpr(term, here);
    if (space === null) return null;
    spaces.push(space);
  }
  return terms.some((term) => term.kind === 'name') ? spaces : null;
}

/** The choices of an option; null for a numeric one. */
export function choicesOf({ value }: OptionItem): readonly string[] | null {
  return value.kind === 'choice' ? value.choices.map((choice) => choice.text) : null;
}

/** `known`: the program's name for it. */
export function declareOption(item: OptionItem, here: Site, known = item.name.text): void {
  const override = here.ctx.overrides.get(known);
  const choices = choicesOf(item);
  const written = item.value.kind === 'choice' ? choices![0]! : numberOfExpr(item.value.value);
  if (written === null && item.value.kind === 'value') {
    report(here, 'E0209', item.value.value.span, `the option \`${item.name.text}\` wants a number, or its choices`, {
      fix: '`option p = 0.1`, `option score = dot | scaled`',
    });
  }
  const free = here.scope.own(item.name.text) === null;
  if (override === undefined || !free || allows(choices, override)) {
    giveOption(item.name, override ?? written, choices, here);
    return;
  }
  here.ctx.problems.report({
    code: 'E0209',
    severity: 'error',
    place: settingPlace(known, override),
    ...noValue(known, override, choices),
  });
  here.scope.define(item.name.text, { kind: 'value', value: ERROR, span: item.name.span });
}

function allows(choices: readonly string[] | null, value: string | number): boolean {
  return choices === null ? typeof value === 'number' : choices.includes(String(value));
}

function noValue(
  option: string,
  value: string | number,
  choices: readonly string[] | null,
): Pick<Diagnostic, 'message' | 'expected' | 'given'> {
  return {
    message: `\`${value}\` is not a value of the option \`${option}\``,
    expected: choices === null ? 'a number' : choices.map((choice) => `\`${choice}\``).join(' or '),
    given: `\`${value}\``,
  };
}

/** May the brackets of a call set the option to this value? Reported otherwise. */
export function fitsOption({ text, span }: Name, value: string | number, choices: readonly string[] | null, here: Site): boolean {
  if (allows(choices, value)) return true;
  const { message, ...more } = noValue(text, value, choices);
  report(here, 'E0209', span, message, more);
  return false;
}

/** Defines an option with the value given to it; null: reported. */
export function giveOption(name: Name, value: string | number | null, choices: readonly string[] | null, here: Site): void {
  if (isTaken(name, here)) return;
  here.scope.define(
    name.text,
    value === null
      ? { kind: 'value', value: ERROR, span: name.span }
      : { kind: 'option', value: choices === null ? value : String(value), choices },
  );
}

/** A literal number, with its sign. */
export function numberOfExpr(expr: Expr): number | null {
  if (expr.kind === 'number') return expr.value;
  if (expr.kind === 'unary' && expr.op === '-') {
    const operand = numberOfExpr(expr.operand);
    return operand === null ? null : -operand;
  }
  return null;
}

/**
 * A size as a compile-time number, from the dims' defaults and overrides; the dims that are read become fixed (no constructor
 * argument), since another value would need other code. Null if it depends on the example.
 */
export function fixedNumber(value: Size, here: Site): number | null {
  const number = numberNow(value, here);
  if (number !== null) for (const atom of atomsOf(value)) here.ctx.fixedDims.add(atom);
  return number;
}

/** The value of a size with the dims' defaults and overrides, which the constructor can still change. Null if it depends on the example. */
export function numberNow(value: Size, { ctx }: Site): number | null {
  const known = new Map<string, number>();
  for (const atom of atomsOf(value)) {
    const override = ctx.overrides.get(atom);
    const number = typeof override === 'number' ? override : ctx.defaults.get(atom);
    if (number === undefined) return null;
    known.set(atom, number);
  }
  return evaluate(value, (atom) => known.get(atom)!);
}

export function isRaggedAxis(axis: Axis): boolean {
  return isRagged(axis.space);
}
