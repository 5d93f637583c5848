import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  atomsOf, constantOf, equalSizes, evaluate, foldSize, nonNegative, showSize, size, SizeError, substitute, type Size,
} from '../../compiler/analyze/size.ts';

const { int, atom, add, sub, mul, pow, div, ceilDiv, quot, fn } = size;
const t = atom('t'), n = atom('n'), hidden = atom('hidden'), model = atom('model'), heads = atom('heads');
const at = (values: Record<string, number>) => (name: string): number => values[name] ?? Number.NaN;
const same = (a: Size, b: Size): void => expect(a.key).toBe(b.key);

describe('normal form', () => {
  test('polynomials collect', () => {
    same(mul(add(t, n), sub(t, n)), sub(pow(t, 2), pow(n, 2)));
    same(sub(t, t), int(0));
    same(add(hidden, hidden), mul(int(2), hidden));
  });

  test('(n*a + b) div n takes the multiples out', () => {
    same(div(add(mul(int(4), t), n), 4), add(t, div(n, 4)));
    same(div(sub(t, int(1)), 2), sub(div(add(t, int(1)), 2), int(1)));
    same(div(add(mul(int(2), t), int(1)), 2), t);
    same(div(add(mul(int(2), t), int(3)), 4), div(add(t, int(1)), 2));
    same(div(int(-7), 2), int(-4));
  });

  test('nested divisions join', () => {
    same(div(div(t, 2), 3), div(t, 6));
    same(div(add(div(add(t, int(1)), 2), int(1)), 2), div(add(t, int(3)), 4));
  });

  test('quotients cancel', () => {
    same(mul(heads, quot(model, heads)), model);
    same(mul(add(heads, int(1)), quot(model, add(heads, int(1)))), model);
    same(mul(mul(heads, t), pow(quot(model, heads), 2)), mul(mul(t, model), quot(model, heads)));
    same(quot(mul(heads, n), heads), n);
    same(quot(sub(pow(t, 2), int(1)), add(t, int(1))), sub(t, int(1)));
    same(quot(mul(int(2), model), mul(int(2), heads)), quot(model, heads));
    same(add(quot(model, int(2)), quot(model, int(2))), model);
    same(quot(int(12), int(-4)), int(-3));
  });

  test('functions of numbers are numbers, exactly', () => {
    expect(constantOf(fn('log2ceil', [int(2 ** 49 + 1)]))).toBe(50);
    expect(constantOf(fn('log2', [int(8)]))).toBe(3);
    expect(constantOf(fn('log2', [int(6)]))).toBe(null);
    expect(constantOf(fn('sqrtfloor', [int(9007199254740991)]))).toBe(94906265);
    expect(constantOf(fn('max', [int(3), int(7), int(5)]))).toBe(7);
    same(fn('max', [t, add(t, int(2)), n]), fn('max', [n, add(t, int(2))]));
    same(fn('ceil', [fn('log2', [t])]), fn('log2ceil', [t]));
    same(fn('pow', [t, int(2)]), mul(t, t));
  });

  test('names that look like sizes stay names', () => {
    expect(atom('a*b').key).not.toBe(mul(atom('a'), atom('b')).key);
    expect(atom('div(t,2)').key).not.toBe(div(t, 2).key);
    expect(JSON.stringify({ s: mul(int(2), t) })).toBe('{"s":"2*t"}');
  });

  test('what no size can be is refused', () => {
    expect(() => div(t, 0)).toThrow(SizeError);
    expect(() => pow(t, -1)).toThrow(SizeError);
    expect(() => int(0.5)).toThrow(SizeError);
    expect(() => pow(int(10), 1e9)).toThrow(SizeError);
    expect(() => pow(add(t, n), 100_000)).toThrow(SizeError);
    let tower: Size = add(t, n);
    expect(() => { for (let i = 0; i < 64; i++) tower = mul(tower, tower); }).toThrow(SizeError);
  });
});

describe('equality', () => {
  test('halves add up', () => {
    expect(equalSizes(add(div(t, 2), div(add(t, int(1)), 2)), t)).toBe('equal');
    expect(equalSizes(mul(int(2), div(t, 2)), t)).toBe('different');
    expect(equalSizes(add(add(div(t, 3), div(add(t, int(1)), 3)), div(add(t, int(2)), 3)), t)).toBe('equal');
    expect(equalSizes(ceilDiv(t, 2), sub(t, div(t, 2)))).toBe('equal');
  });

  test('division of products', () => {
    // t * (t + 1) is even.
    expect(equalSizes(mul(int(2), div(mul(t, add(t, int(1))), 2)), mul(t, add(t, int(1))))).toBe('equal');
    expect(equalSizes(div(mul(n, div(t, 2)), 2), div(mul(n, t), 4))).toBe('different');
  });

  test('different sizes of one default stay different', () => {
    expect(equalSizes(hidden, atom('embed'))).toBe('different');
    expect(equalSizes(t, add(t, int(1)))).toBe('different');
  });

  test('a quotient of an atom is eliminated', () => {
    const dk = quot(model, heads);
    expect(equalSizes(mul(heads, div(mul(int(2), dk), 2)), model)).toBe('equal');
    expect(equalSizes(quot(mul(t, model), heads), mul(t, dk))).toBe('equal');
    expect(equalSizes(dk, model)).toBe('different');
    expect(equalSizes(quot(model, int(2)), div(model, 2))).toBe('equal');
    expect(equalSizes(quot(add(t, n), int(2)), div(add(t, n), 2))).toBe('equal');
    expect(equalSizes(add(quot(t, int(2)), mul(int(2), div(t, 2))), add(quot(t, int(2)), t))).toBe('equal');
  });

  test('opaque terms equal only themselves', () => {
    const log = fn('log2ceil', [t]);
    expect(equalSizes(add(log, int(1)), log)).toBe('different');
    expect(equalSizes(log, n)).toBe('unknown');
    expect(equalSizes(log, fn('log2ceil', [add(div(t, 2), div(add(t, int(1)), 2))]))).toBe('equal');
    expect(equalSizes(add(div(log, 2), div(add(log, int(1)), 2)), log)).toBe('equal');
    expect(equalSizes(mul(int(2), div(fn('pow', [int(2), t]), 2)), fn('pow', [int(2), t]))).toBe('unknown');
    expect(equalSizes(quot(mul(t, n), add(heads, model)), hidden)).toBe('unknown');
  });

  test('facts prove, and are used from both sides', () => {
    const facts = [{ left: mul(heads, atom('dk')), right: model }];
    expect(equalSizes(quot(model, heads), atom('dk'), facts)).toBe('equal');
    expect(equalSizes(atom('out'), add(t, n), [{ left: sub(atom('out'), n), right: t }])).toBe('equal');
    expect(equalSizes(atom('a'), atom('c'), [{ left: atom('a'), right: atom('b') }, { left: atom('b'), right: atom('c') }])).toBe('equal');
    expect(equalSizes(atom('a'), atom('c'), [{ left: atom('a'), right: atom('b') }])).toBe('different');
    expect(equalSizes(mul(atom('a'), mul(atom('b'), t)), mul(mul(n, n), t), [{ left: mul(atom('a'), atom('b')), right: mul(n, n) }])).toBe('equal');
    expect(equalSizes(mul(atom('a'), atom('b')), t, [{ left: mul(atom('a'), atom('b')), right: mul(n, n) }])).toBe('unknown');
  });

  test('gives up after 4096 cases', () => {
    // ceil(p / n) = -floor(-p / n), true in each of the n * n cases of a product.
    const ab = mul(atom('a'), atom('b'));
    const ceilings = (n: number): string => equalSizes(ceilDiv(ab, n), sub(int(0), div(sub(int(0), ab), n)));
    expect(ceilings(61)).toBe('equal');
    expect(ceilings(67)).toBe('unknown');
    expect(equalSizes(mul(int(5003), div(t, 5003)), t)).toBe('unknown');
  });
});

describe('reading a size', () => {
  test('shows as a program would write it', () => {
    expect(showSize(mul(int(2), hidden))).toBe('2 * hidden');
    expect(showSize(div(add(t, int(1)), 2))).toBe('(t + 1) div 2');
    expect(showSize(quot(model, heads))).toBe('model / heads');
    expect(showSize(mul(int(3), quot(model, heads)))).toBe('3 * (model / heads)');
    expect(showSize(quot(model, mul(heads, n)))).toBe('model / (heads * n)');
    expect(showSize(pow(div(t, 2), 2))).toBe('(t div 2)^2');
    expect(showSize(sub(n, t))).toBe('n - t');
    expect(showSize(sub(int(1), t))).toBe('1 - t');
    expect(showSize(mul(int(-2), t))).toBe('-2 * t');
    expect(showSize(int(0))).toBe('0');
    expect(showSize(fn('log2ceil', [add(t, int(1))]))).toBe('ceil(log2(t + 1))');
    expect(showSize(mul(int(2), t), (name) => name.toUpperCase())).toBe('2 * T');
  });

  test('evaluates exactly and says what is wrong', () => {
    expect(evaluate(div(sub(t, int(4)), 3), at({ t: 2 }))).toBe(-1);
    expect(evaluate(pow(t, 5), at({ t: 1000 }))).toBe(1e15);
    expect(() => evaluate(pow(t, 6), at({ t: 1000 }))).toThrow('t^6 is too large a number');
    expect(() => evaluate(quot(model, heads), at({ model: 512, heads: 3 }))).toThrow('model / heads is not whole: model is 512, heads is 3');
    expect(() => evaluate(quot(model, heads), at({ model: 512, heads: 0 }))).toThrow('not whole');
    expect(() => evaluate(add(t, n), at({ t: 2 }))).toThrow('the size n has no whole value');
    expect(() => evaluate(fn('log2', [t]), at({ t: 12 }))).toThrow('log2(t) has no value: t is 12 and is not a power of two');
  });

  test('atoms are found in all parts, and substituted together', () => {
    const s = add(div(t, 2), mul(quot(model, heads), fn('max', [n, hidden])));
    expect([...atomsOf(s)].sort()).toEqual(['heads', 'hidden', 'model', 'n', 't']);
    same(substitute(sub(t, n), new Map([['t', n], ['n', t]])), sub(n, t));
    same(substitute(s, new Map([['t', int(8)], ['model', int(8)], ['heads', int(2)], ['n', int(1)], ['hidden', int(3)]])), int(16));
  });

  test('non-negative by form only', () => {
    expect(nonNegative(add(div(t, 2), mul(n, t)))).toBe(true);
    expect(nonNegative(sub(t, int(1)))).toBe(false);
    expect(nonNegative(fn('max', [sub(t, n), int(0)]))).toBe(true);
    expect(nonNegative(quot(sub(t, n), heads))).toBe(false);
  });

  test('folds into text', () => {
    const text = (s: Size): string => foldSize<string>(s, {
      int: String, atom: (a) => a, add: (p) => `(${p.join('+')})`, mul: (p) => p.join('*'), pow: (b, k) => `${b}**${k}`,
      div: (a, k) => `floor(${a}/${k})`, quot: (a, b) => `${a}/${b}`, fn: (f, args) => `${f}(${args.join()})`,
    });
    expect(text(sub(mul(int(3), pow(t, 2)), div(add(n, int(1)), 2)))).toBe('(3*t**2+-1*floor((n+1)/2))');
    expect(text(int(0))).toBe('0');
    expect(text(quot(model, fn('max', [heads, n])))).toBe('model/max(heads,n)');
  });
});

// ---------------------------------------------------------------- against numbers

type Tree =
  | { readonly op: 'int'; readonly n: number }
  | { readonly op: 'atom'; readonly name: string }
  | { readonly op: 'add' | 'sub' | 'mul' | 'max' | 'quot'; readonly a: Tree; readonly b: Tree }
  | { readonly op: 'div'; readonly a: Tree; readonly n: number }
  | { readonly op: 'ceilDiv'; readonly a: Tree; readonly n: number };

const names = ['a', 'b', 'c'];

function trees(withOpaque: boolean): fc.Arbitrary<Tree> {
  return fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        fc.record({ op: fc.constant('atom' as const), name: fc.constantFrom(...names) }),
        fc.record({ op: fc.constant('int' as const), n: fc.integer({ min: -3, max: 4 }) }),
      ),
      fc.record({ op: fc.constantFrom<'add' | 'sub' | 'mul' | 'max' | 'quot'>('add', 'sub', 'mul', ...(withOpaque ? ['max', 'quot'] as const : [])), a: tie('tree'), b: tie('tree') }),
      fc.record({ op: fc.constant('div' as const), a: tie('tree'), n: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ op: fc.constant('ceilDiv' as const), a: tie('tree'), n: fc.integer({ min: 1, max: 4 }) }),
    ),
  })).tree;
}

function symbolic(x: Tree): Size {
  switch (x.op) {
    case 'int': return int(x.n);
    case 'atom': return atom(x.name);
    case 'div': return div(symbolic(x.a), x.n);
    case 'ceilDiv': return ceilDiv(symbolic(x.a), x.n);
    case 'max': return fn('max', [symbolic(x.a), symbolic(x.b)]);
    case 'add': case 'sub': case 'mul': case 'quot': return size[x.op](symbolic(x.a), symbolic(x.b));
  }
}

/** Null where a quotient is not whole. */
function numeric(x: Tree, values: Record<string, number>): number | null {
  const result = compute(x, values);
  return result === null ? null : result + 0; // no -0
}

function compute(x: Tree, values: Record<string, number>): number | null {
  if (x.op === 'int') return x.n;
  if (x.op === 'atom') return values[x.name]!;
  const a = numeric(x.a, values);
  if (a === null) return null;
  if (x.op === 'div') return Math.floor(a / x.n);
  if (x.op === 'ceilDiv') return Math.ceil(a / x.n);
  const b = numeric(x.b, values);
  if (b === null) return null;
  switch (x.op) {
    case 'add': return a + b;
    case 'sub': return a - b;
    case 'mul': return a * b;
    case 'max': return Math.max(a, b);
    case 'quot': return b === 0 || a % b !== 0 ? null : a / b;
  }
}

const values = fc.record({ a: fc.integer({ min: 0, max: 30 }), b: fc.integer({ min: 0, max: 30 }), c: fc.integer({ min: 0, max: 30 }) });

/** Values that may tell two sizes apart: all residues, and large enough for polynomials of small degree to differ. */
function* grid(): Generator<Record<string, number>> {
  for (const scale of [1, 97]) for (let a = 0; a < 12; a++) for (let b = 0; b < 12; b++) for (let c = 0; c < 12; c++) yield { a: a * scale + (scale > 1 ? a : 0), b: b * scale, c: c * scale + 1 };
}

describe('against numbers', () => {
  test('the normal form keeps the value', () => {
    fc.assert(fc.property(trees(true), values, (tree, v) => {
      const expected = numeric(tree, v);
      fc.pre(expected !== null && Number.isSafeInteger(expected));
      expect(evaluate(symbolic(tree), at(v))).toBe(expected);
    }), { numRuns: 3000 });
  });

  test("'equal' holds for all values and 'different' has a witness", () => {
    let decided = 0;
    fc.assert(fc.property(trees(false), trees(false), fc.array(values, { minLength: 20, maxLength: 20 }), fc.boolean(), (x, y, samples, related) => {
      // Unrelated trees are hardly ever equal, so half of the pairs share their value by construction.
      const other: Tree = related ? { op: 'sub', a: { op: 'add', a: x, b: { op: 'ceilDiv', a: y, n: 2 } }, b: { op: 'sub', a: y, b: { op: 'div', a: y, n: 2 } } } : y;
      const verdict = equalSizes(symbolic(x), symbolic(other));
      if (related) expect(verdict).not.toBe('different');
      if (verdict !== 'unknown') decided++;
      if (verdict === 'equal') for (const v of samples) expect(numeric(x, v)).toBe(numeric(other, v));
      if (verdict === 'different') expect([...grid(), ...samples].some((v) => numeric(x, v) !== numeric(other, v))).toBe(true);
    }), { numRuns: 600 });
    expect(decided).toBeGreaterThan(300);
  });

  test("'equal' holds with opaque terms too, wherever both sides are defined", () => {
    fc.assert(fc.property(trees(true), trees(true), values, (x, y, v) => {
      const verdict = equalSizes(symbolic(x), symbolic(y));
      const p = numeric(x, v), q = numeric(y, v);
      fc.pre(p !== null && q !== null);
      if (verdict === 'equal') expect(p).toBe(q);
    }), { numRuns: 1500 });
  });

  test('substitution and evaluation agree', () => {
    fc.assert(fc.property(trees(false), trees(false), values, (x, y, v) => {
      const inner = numeric(y, v)!;
      fc.pre(Number.isSafeInteger(inner) && Math.abs(inner) < 1000);
      const whole = substitute(symbolic(x), new Map([['a', symbolic(y)]]));
      expect(evaluate(whole, at(v))).toBe(evaluate(symbolic(x), at({ ...v, a: inner })));
    }), { numRuns: 1000 });
  });
});
