/** In which order an equation's statements stand, which of them are steps of others, and how their text is divided. */
import { describe, expect, it } from 'vitest';
import { keptWhole, units } from '../../compiler/emit/typescript/equations.ts';
import { expression } from '../../compiler/emit/typescript/text/expression.ts';
import { inputsOf, isValue, type Value } from '../../compiler/emit/typescript/value.ts';

/** Values of one block, each under its own letter; `z1(a, b)`: of equation `z`. */
function values(text: string): ReadonlyMap<string, Value> {
  const made = new Map<string, Value>();
  for (const [, label, equation, operands] of text.matchAll(/((\w)\w*)\(([^)]*)\)/g)) {
    const inputs = operands!.split(', ').flatMap((name) => (name === '' ? [] : [made.get(name)!]));
    const code = ['f(', ...inputs.flatMap((input, k) => (k === 0 ? [input] : [', ', input])), ')'];
    const origin = { file: 'm', start: equation!.charCodeAt(0), end: 0, name: null };
    made.set(label!, { id: made.size, kind: label!.includes('loop') ? 'loop' : 'tensor', code, dtype: 'float32', origin, hint: label! });
  }
  return made;
}

const equationOf = ({ hint }: Value): string => hint[0]!;
const hints = (statements: readonly Value[]): string => statements.map(({ hint }) => hint).join(' ');
const ordered = (text: string): Value[] => keptWhole([...values(text).values()], inputsOf, equationOf);

describe('statements of one equation', () => {
  it('stand together where what they read allows', () => {
    expect(hints(ordered('a1() b1() a2(a1) b2(b1) c1(a2, b2)'))).toBe('a1 a2 b1 b2 c1');
  });

  it('keep their order', () => {
    expect(hints(ordered('a1() a2() a3(a1) a4(a2, a3)'))).toBe('a1 a2 a3 a4');
  });

  it('come in parts where another equation lies between', () => {
    expect(hints(ordered('a1() b1(a1) a2(b1) c1(a2)'))).toBe('a1 b1 a2 c1');
  });

  it('that no other reads any more do not wait for the rest', () => {
    expect(hints(ordered('a1() b1(a1) a2() c1(b1, a2)'))).toBe('a1 a2 b1 c1');
  });

  it('stand before a loop that reads them', () => {
    expect(hints(ordered('a1() b1() loop(a1) a2(b1)'))).toBe('a1 loop b1 a2');
  });
});

describe('a step', () => {
  const united = (text: string, escaping: readonly string[] = [], named: readonly string[] = []): string[] => {
    const made = values(text);
    const found = units([...made.values()], inputsOf, equationOf, new Set(escaping.map((name) => made.get(name)!)), ({ hint }) =>
      named.includes(hint),
    );
    return found.map(({ value, parts }) => hints([...parts, value]));
  };

  it('is part of the only statement that needs it', () => {
    expect(united('a1() a2(a1) a3(a2) b1(a3)', ['b1'])).toEqual(['a1 a2 a3', 'b1']);
  });

  it('may be needed by several steps of that statement', () => {
    expect(united('a1() a2(a1) a3(a1, a2)', ['a3'])).toEqual(['a1 a2 a3']);
  });

  it('stands by itself where two statements need it, a loop does, or it outlives the block', () => {
    expect(united('a1() a2(a1) a3(a1)', ['a2', 'a3'])).toEqual(['a1', 'a2', 'a3']);
    expect(united('l1() loop(l1)')).toEqual(['l1', 'loop']);
    expect(united('a1() a2(a1)', ['a1', 'a2'])).toEqual(['a1', 'a2']);
  });

  it('stands by itself where the program has a name for it', () => {
    expect(united('a1() a2(a1) a3(a2)', ['a3'], ['a2'])).toEqual(['a1 a2', 'a3']);
  });

  it('waits for no more than a few others', () => {
    const chain = ['a0()', ...Array.from({ length: 19 }, (_, k) => `a${k + 1}(a${k})`)].join(' ');
    expect(united(chain, ['a19']).map((unit) => unit.split(' ').length)).toEqual([2, 9, 9]);
  });
});

describe('the text of a value', () => {
  const written = (text: string, last: string, width: number): readonly string[] => {
    const made = values(text);
    const parts = [...made.values()].filter(({ hint }) => hint !== last);
    const { steps, result } = expression(made.get(last)!, parts, {
      text: (piece) => (isValue(piece) ? piece.hint : typeof piece === 'string' ? piece : ''),
      name: ({ hint }) => hint,
      width,
    });
    return [...steps.map((step) => `${step.name} = ${step.text}`), result];
  };

  it('has what is needed once where it is needed', () => {
    expect(written('a1() a2() a3(a1, a2) a4(a3)', 'a4', 80)).toEqual(['f(f(f(), f()))']);
  });

  it('has names for what is needed twice', () => {
    expect(written('a1() a2(a1) a3(a1, a2)', 'a3', 80)).toEqual(['a1 = f()', 'f(a1, f(a1))']);
    expect(written('a1() a2(a1) a3(a2, a1)', 'a3', 80)).toEqual(['a1 = f()', 'f(f(a1), a1)']);
    expect(written('a1() a2(a1, a1)', 'a2', 80)).toEqual(['a1 = f()', 'f(a1, a1)']);
  });

  it('has names for the longest operands where a line would be too long', () => {
    expect(written('a1() a2() a3(a1, a2) a4() a5(a3, a4)', 'a5', 12)).toEqual(['a3 = f(f(), f())', 'f(a3, f())']);
  });
});
