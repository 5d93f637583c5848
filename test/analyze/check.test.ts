import { describe, expect, it } from 'vitest';
import { cases, warnings } from './cases.ts';
import { design, designs, sound } from './corpus.ts';
import { compile, FILE } from './support.ts';

/** Codes with the text that they point at. */
function faults(marked: string, severity: 'error' | 'warning'): { found: string[]; expected: string } {
  const source = marked.replace(/[«»]/g, '');
  const expected = /«([^»]*)»/.exec(marked)?.[1] ?? '';
  const start = marked.indexOf('«');
  const { diagnostics } = compile(source);
  const found = diagnostics
    .filter((d) => d.severity === severity || d.severity === 'error')
    .map(({ code, place }) => {
      expect(place.file).toBe(FILE);
      return `${code} ${place.start === start ? 'there' : `at ${place.start}, not ${start}`}: ${source.slice(place.start, place.end)}`;
    });
  return { found, expected: `there: ${expected}` };
}

describe('one fault is one error, at its position', () => {
  it.each(cases.map(({ code, what, source }) => [code, what, source] as const))('%s: %s', (code, _what, source) => {
    const { found, expected } = faults(source, 'error');
    expect(found).toEqual([`${code} ${expected}`]);
  });
});

describe('warnings', () => {
  it.each(warnings.map(({ code, what, source }) => [code, what, source] as const))('%s: %s', (code, _what, source) => {
    const { found, expected } = faults(source, 'warning');
    expect(found).toEqual([`${code} ${expected}`]);
  });
});

describe('whole programs', () => {
  it.each(Object.entries(sound))('%s checks, lowers and verifies, without a word', (_name, text) => {
    expect(compile(text).diagnostics).toEqual([]);
  });
  it.each(designs)('%s checks', (name) => {
    const { diagnostics } = compile(design(name));
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  });
});

describe('imports', () => {
  const file = 'block Twice(x: [d]) -> [d] { 2 * x }\nblock Wrong(x: [d]) -> [d] { y }';
  const codes = (text: string, files: Record<string, string>): string[] =>
    compile(text, {}, files)
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code, place }) => `${code} ${place.file}`);
  it('take a declaration from a file, under another name too', () => {
    expect(
      codes('import Twice as Double from "./other.attn"\nblock B(x: [d]) -> [d] { Double(x) }', {
        'other.attn': file.replace('{ y }', '{ x }'),
      }),
    ).toEqual([]);
  });
  it('check what they bring in, at its own position', () => {
    expect(codes('import Twice from "./other.attn"\nblock B(x: [d]) -> [d] { Twice(x) }', { 'other.attn': file })).toEqual([
      'E0201 other.attn',
    ]);
  });
  it('name a missing file, a missing name, a circle', () => {
    expect(codes('import Twice from "./othr.attn"\nblock B(x: [d]) -> [d] { Twice(x) }', { 'other.attn': file })).toEqual([
      'E0206 main.attn',
    ]);
    expect(
      codes('import Thrice from "./other.attn"\nblock B(x: [d]) -> [d] { Thrice(x) }', { 'other.attn': file.replace('{ y }', '{ x }') }),
    ).toEqual(['E0208 main.attn']);
    expect(
      codes('import A from "./a.attn"\nblock B(x: [d]) -> [d] { A(x) }', {
        'a.attn': 'import B from "./main.attn"\nblock A(x: [d]) -> [d] { 2 * x }',
      }),
    ).toEqual(['E0207 a.attn']);
  });
});

describe('settings', () => {
  const text =
    'dim d = 3, layers = 2\noption p = 0.1\noption mode = plain | twice\nblock F(x: [d]) -> [d] { match mode { plain { x }  twice { 2 * x } } }\nmodel M(x0: [d]) -> [d] { x = dropout(x0, p);  repeat layers { x = F(x) };  x }';
  const errors = (set: Record<string, string | number>): string[] =>
    compile(text, { set: new Map(Object.entries(set)) }).diagnostics.map(({ code }) => code);
  it('reach dims and options', () => {
    expect(errors({ d: 5, layers: 4, p: 0.5, mode: 'twice' })).toEqual([]);
    const { programs } = compile(text, { set: new Map(Object.entries({ d: 5, layers: 4 })) });
    expect(programs[0]!.hyperparameters.map(({ dim, value }) => [dim.id, value])).toEqual([
      ['d', 5],
      ['layers', 4],
    ]);
    expect(programs[0]!.fixed).toEqual([]);
  });
  it('are checked', () => {
    expect(errors({ e: 5 })).toEqual(['E0201']);
    expect(errors({ d: 0.5 })).toEqual(['E0311']);
    expect(errors({ mode: 'thrice' })).toEqual(['E0209']);
    expect(errors({ p: 'high' })).toEqual(['E0209']);
  });
  it('may be called as a block is, and an option as one of the library', () => {
    const own =
      'option score = dot | cosine | angle\nblock S(x: [d]) -> [d] { match score { dot { x }  cosine { 2 * x }  angle { cosine(x, x) * x } } }\nblock Use(x: [d]) -> [d] { S[score = cosine](x) }';
    expect(compile(own).diagnostics.map(({ code }) => code)).toEqual([]);
    expect(compile(own, { set: new Map([['score', 'angle']]) }).diagnostics.map(({ code }) => code)).toEqual([]);
    const local =
      'block S(x: [d]) -> [d] { option score = dot | angle;  match score { dot { x }  angle { 2 * x } } }\nblock Use(x: [d]) -> [d] { S[score = angle](x) }';
    expect(compile(local).diagnostics.map(({ code }) => code)).toEqual([]);
  });
});

it('a fault in a branch that is not taken is found, and the value is named', () => {
  const { diagnostics } = compile('option mode = plain | twice\nblock F(x: [d]) -> [d] { match mode { plain { x }  twice { y } } }');
  expect(diagnostics.map(({ code, related }) => [code, related?.map(({ message }) => message)])).toEqual([
    ['E0201', ['with `mode = twice`']],
  ]);
});
