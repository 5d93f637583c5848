/** Sizes, axes and types as they are written: syntax to `Size`, `Axis`, `TensorType`. */
import type { AxisExpr, DimItem, Expr, Name, OptionItem, TensorTypeExpr, TypeExpr } from '../../grammar/ast.ts';
import type { Axis, Dim, Elem, Space, TensorType } from '../graph/graph.ts';
import { isRagged, sizeOf } from '../graph/spaces.ts';
import type { Here } from './scope.ts';
import { dimSpace, origin, report, unknownName } from './scope.ts';
import type { Size } from './size.ts';
import { constantOf, evaluate, size } from './size.ts';

/** The size an expression denotes, or null (reported). */
export function sizeOfExpr(expr: Expr, here: Here): Size | null {
  const bad = (message: string): null => {
    report(here, 'E0311', expr.span, message, {
      fix: 'a size is made of dims and whole numbers with `+ - * /`, powers, `ceil`, `floor`, `log2`, `max`, `min`',
    });
    return null;
  };
  switch (expr.kind) {
    case 'error':
      return null;
    case 'number':
      return Number.isInteger(expr.value) ? size.int(expr.value) : bad(`\`${expr.text}\` is not a whole number`);
    case 'name': {
      if (expr.prime) return bad('a size cannot be a state');
      const entry = here.scope.lookup(expr.name);
      if (entry === null) {
        unknownName(here, 'E0201', { text: expr.name, span: expr.span }, 'dim', sizeNames(here));
        return null;
      }
      if (entry.kind === 'dim') return sizeOf(entry.space);
      if (entry.kind === 'option' && typeof entry.value === 'number' && Number.isInteger(entry.value)) return size.int(entry.value);
      if (entry.kind === 'value' && entry.value.kind === 'error') return null;
      if (entry.kind === 'value' && entry.value.kind === 'tensor' && entry.value.node.op.kind === 'constant') {
        const value = entry.value.node.op.value;
        if (Number.isInteger(value)) return size.int(value);
      }
      return bad(`\`${expr.name}\` is not a dim: a size must be known before anything runs`);
    }
    case 'unary': {
      const operand = sizeOfExpr(expr.operand, here);
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

function binarySize(expr: Extract<Expr, { kind: 'binary' }>, here: Here, bad: (message: string) => null): Size | null {
  const a = sizeOfExpr(expr.left, here);
  const b = sizeOfExpr(expr.right, here);
  if (a === null || b === null) return null;
  switch (expr.op) {
    case '+': return size.add(a, b);
    case '-': return size.sub(a, b);
    case '*': return size.mul(a, b);
    case '/': {
      here.ctx.requirements.push({ kind: 'divides', a: b, b: a, origin: origin(here, expr.span), why: 'a size is a whole number' });
      return size.quot(a, b);
    }
    case '^': {
      const power = constantOf(b);
      return power !== null && power >= 0 ? size.pow(a, power) : size.fn('pow', [a, b]);
    }
    default:
      return bad(`\`${expr.op}\` has no place in a size`);
  }
}

function calledSize(expr: Extract<Expr, { kind: 'call' }>, here: Here, bad: (message: string) => null): Size | null {
  if (expr.callee.kind !== 'name') return bad('this is not a size');
  const args: Size[] = [];
  const name = expr.callee.name;
  const first = expr.args[0]?.value;
  // `ceil(a / n)` and `floor(a / n)` are exact; so is `ceil(log2(a))`.
  if ((name === 'ceil' || name === 'floor') && expr.args.length === 1 && first !== undefined) {
    if (first.kind === 'binary' && first.op === '/') {
      const a = sizeOfExpr(first.left, here);
      const b = sizeOfExpr(first.right, here);
      if (a === null || b === null) return null;
      const n = constantOf(b);
      if (n === null || n <= 0) return bad(`\`${name}\` divides by a positive whole number`);
      return name === 'ceil' ? size.ceilDiv(a, n) : size.div(a, n);
    }
    if (first.kind === 'call' && first.callee.kind === 'name' && first.callee.name === 'log2' && first.args.length === 1) {
      const a = sizeOfExpr(first.args[0]!.value, here);
      return a === null ? null : size.fn(name === 'ceil' ? 'log2ceil' : 'log2', [a]);
    }
    return sizeOfExpr(first, here);
  }
  if (name !== 'max' && name !== 'min') return bad(`\`${name}\` has no place in a size`);
  for (const arg of expr.args) {
    const value = sizeOfExpr(arg.value, here);
    if (value === null) return null;
    args.push(value);
  }
  return size.fn(name, args);
}

function sizeNames(here: Here): string[] {
  return [...here.scope.names()].filter((name) => here.scope.lookup(name)?.kind === 'dim');
}

/** The space that a name or size expression denotes where an extent is wanted. */
export function spaceOfExpr(expr: Expr, here: Here): Space | null {
  if (expr.kind === 'name' && !expr.prime) {
    const entry = here.scope.lookup(expr.name);
    if (entry?.kind === 'dim') return entry.space;
    // The extent of an axis that only a value carries.
  }
  const value = sizeOfExpr(expr, here);
  return value === null ? null : { kind: 'anon', size: value };
}

/** The space of a bare axis name: a dim, a bound formal. */
export function spaceOfName(name: Name, here: Here): Space | null {
  const entry = here.scope.lookup(name.text);
  if (entry?.kind === 'dim') return entry.space;
  unknownName(here, 'E0202', name, 'axis or dim', sizeNames(here));
  return null;
}

export function axesOfExprs(exprs: readonly AxisExpr[], here: Here): Axis[] | null {
  const axes: Axis[] = [];
  let failed = false;
  for (const expr of exprs) {
    if (expr.group) {
      const entry = here.scope.lookup(`${expr.label.text}..`);
      if (entry?.kind === 'group') axes.push(...entry.axes);
      else {
        unknownName(here, 'E0202', expr.label, 'group of axes', []);
        failed = true;
      }
      continue;
    }
    const space = expr.size === null ? spaceOfName(expr.label, here) : spaceOfExpr(expr.size, here);
    if (space === null) {
      failed = true;
      continue;
    }
    if (axes.some((axis) => axis.label === expr.label.text)) {
      report(here, 'E0301', expr.span, `the axis \`${expr.label.text}\` stands twice in one type`, {
        fix: `rename one: \`[${expr.label.text}, other: ${expr.label.text}]\``,
      });
      failed = true;
      continue;
    }
    axes.push(here.frame.axis(expr.label.text, space));
  }
  return failed ? null : axes;
}

export function elemOfExpr(expr: TensorTypeExpr['elem'], here: Here): Elem | null {
  if (expr.kind !== 'index') return { kind: expr.kind };
  const space = spaceOfName(expr.of, here);
  return space === null ? null : { kind: 'index', space };
}

export function tensorTypeOfExpr(expr: TensorTypeExpr, here: Here): TensorType | null {
  const elem = elemOfExpr(expr.elem, here);
  const axes = axesOfExprs(expr.axes, here);
  return elem === null || axes === null ? null : { elem, axes, masks: [] };
}

/** In-axes of a map carry their own ids, so that `[hidden <- hidden]` has two. */
export function inAxis(axis: Axis): Axis {
  return { ...axis, id: `${axis.id}~in` };
}

export function mapTypeOfExpr(expr: Extract<TypeExpr, { kind: 'map' }>, here: Here): { outs: Axis[]; ins: Axis[] } | null {
  const outs = axesOfExprs(expr.out, here);
  const ins = axesOfExprs(expr.in, here);
  return outs === null || ins === null ? null : { outs, ins: ins.map(inAxis) };
}

// ---------------------------------------------------------------- dims and options

/** Brings a `dim` item's names into scope. Top-level dims with a plain number are hyperparameters: their size is an atom. */
export function declareDims(item: DimItem, here: Here, top: boolean): Dim[] {
  const declared: Dim[] = [];
  for (const spec of item.dims) {
    const label = spec.name.text;
    const earlier = here.scope.own(label);
    if (earlier !== null) {
      report(here, 'E0203', spec.name.span, `\`${label}\` is defined twice`, {
        ...(earlier.kind === 'dim' && earlier.span !== null
          ? { related: [{ place: { file: here.module.path, start: earlier.span.start, end: earlier.span.end }, message: 'first here' }] }
          : {}),
      });
      continue;
    }
    const id = top ? label : `${here.frame.id}${label}`;
    const define = (space: Space): void => here.scope.define(label, { kind: 'dim', space, span: spec.name.span, file: here.module.path });
    const dim = (given: Partial<Dim> & { size: Size }): Dim => {
      const made: Dim = { id, label, ragged: false, origin: 0, mayBeEmpty: false, ...given };
      define(dimSpace(made));
      declared.push(made);
      return made;
    };
    const { value } = spec;
    switch (value.kind) {
      case 'ragged': {
        if (value.within !== null) report(here, 'E0901', spec.span, '`ragged in` is part of the language but not supported yet');
        const made = dim({ size: size.atom(id), ragged: true, mayBeEmpty: value.mayBeEmpty });
        if (value.atMost !== null) {
          const bound = sizeOfExpr(value.atMost, here);
          if (bound !== null) {
            here.ctx.requirements.push({
              kind: 'atMost', a: made.size, b: bound, origin: origin(here, spec.span), why: `\`${label}\` is declared with this bound`,
            });
          }
        }
        break;
      }
      case 'input':
        report(here, 'E0901', spec.span, '`= input` is part of the language but not supported yet');
        dim({ size: size.atom(id) });
        break;
      case 'range': {
        const from = sizeOfExpr(value.from, here);
        const to = sizeOfExpr(value.to, here);
        if (from === null || to === null) break;
        const low = constantOf(from) ?? defaultOf(from, here);
        if (low === null) report(here, 'E0311', spec.span, 'a range begins at a number known to the compiler');
        else dim({ size: size.add(size.sub(to, from), size.int(1)), origin: low });
        break;
      }
      case 'size': {
        const override = top ? here.ctx.overrides.get(label) : undefined;
        const isNumber = value.size.kind === 'number';
        if (top && isNumber && !item.constant) {
          if (sizeOfExpr(value.size, here) !== null) dim({ size: size.atom(id) });
          break;
        }
        const formula = typeof override === 'number' ? size.int(override) : sizeOfExpr(value.size, here);
        if (formula === null) {
          here.scope.define(label, { kind: 'value', value: { kind: 'error' }, span: spec.name.span });
          break;
        }
        // 1.7: a sum is the concatenation of its parts, so that a part's positions are places of the whole.
        const parts = sumParts(value.size, here);
        if (parts !== null) define({ kind: 'cat', parts });
        else dim({ size: formula });
        break;
      }
    }
  }
  return declared;
}

/** The spaces of `a + b`, where one is a dim. */
function sumParts(expr: Expr, here: Here): Space[] | null {
  const terms: Expr[] = [];
  const collect = (term: Expr): void => {
    if (term.kind === 'binary' && term.op === '+') {
      collect(term.left);
      collect(term.right);
    } else terms.push(term);
  };
  collect(expr);
  if (terms.length < 2) return null;
  const spaces: Space[] = [];
  for (const term of terms) {
    if (term.kind !== 'name' && term.kind !== 'number') return null;
    const space = spaceOfExpr(term, here);
    if (space === null) return null;
    spaces.push(space);
  }
  return terms.some((term) => term.kind === 'name') ? spaces : null;
}

export function declareOption(item: OptionItem, here: Here): void {
  const name = item.name.text;
  if (here.scope.own(name) !== null) {
    report(here, 'E0203', item.name.span, `\`${name}\` is defined twice`);
    return;
  }
  const override = here.ctx.overrides.get(name);
  if (item.value.kind === 'choice') {
    const choices = item.value.choices.map((choice) => choice.text);
    const value = override === undefined ? choices[0]! : String(override);
    if (!choices.includes(value)) {
      report(here, 'E0209', item.name.span, `\`${value}\` is no value of the option \`${name}\``, {
        expected: choices.map((choice) => `\`${choice}\``).join(' or '), given: `\`${value}\``,
      });
      return;
    }
    here.scope.define(name, { kind: 'option', value, choices });
    return;
  }
  const value = override === undefined ? numberOfExpr(item.value.value) : typeof override === 'number' ? override : null;
  if (value === null) report(here, 'E0209', item.value.value.span, `the option \`${name}\` wants a number`);
  else here.scope.define(name, { kind: 'option', value, choices: null });
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
 * A size as a number while compiling, from the dims' defaults and overrides; the dims read are fixed from then on
 * (no constructor argument), since another value would need other code. Null where an example decides.
 */
export function fixedNumber(value: Size, here: Here): number | null {
  const read = defaultOf(value, here);
  return read;
}

function defaultOf(value: Size, here: Here): number | null {
  const used: string[] = [];
  try {
    const result = evaluate(value, (atom) => {
      const override = here.ctx.overrides.get(atom);
      const known = typeof override === 'number' ? override : here.ctx.defaults.get(atom);
      if (known === undefined) throw new RangeError(atom);
      used.push(atom);
      return known;
    });
    for (const atom of used) {
      const entry = here.scope.lookup(atom);
      if (entry?.kind === 'dim' && entry.space.kind === 'dim') here.ctx.fixedDims.set(atom, entry.space.dim);
    }
    return result;
  } catch {
    return null;
  }
}

export function isRaggedAxis(axis: Axis): boolean {
  return isRagged(axis.space);
}
