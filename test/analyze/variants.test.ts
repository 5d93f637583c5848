import { describe, expect, it } from 'vitest';
import { loadModules, type Library } from '../../compiler/analyze/modules/modules.ts';
import { check } from '../../compiler/analyze/programs/program.ts';
import { Problems } from '../../compiler/diagnostics/diagnostic.ts';
import { compile, FILE, libraryOf } from './support.ts';

function errors(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  return compile(text, {}, files)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, place }) => `${code} ${place.file}`);
}

describe('a fault that shows only under another value of an option, or in training', () => {
  const choosing = 'option score = one | two\nblock A(x: [d]) -> [d] { match score { one { x }  two { x + missing } } }';

  it('is found in the body that holds it', () => {
    expect(errors(choosing)).toEqual([`E0201 ${FILE}`]);
  });

  it('is found in a file that is imported under other names', () => {
    const files = { 'a.attn': choosing, 'b.attn': 'import A as C from "./a.attn"\nblock B(x: [d]) -> [d] { C(x) }' };
    expect(errors('import B as D from "./b.attn"\nblock E(x: [d]) -> [d] { D(x) }', files)).toEqual(['E0201 a.attn']);
  });

  it('is found where it is the caller that does not fit', () => {
    const other =
      'option wide = no | yes\nblock A(x: [d]) -> [d] { if training then dropout(x, 0.5) else x }\nblock P(x: [d], y: [e]) -> [] { match wide { no { sum[d](x) }  yes { A(x)[d = 0] + sum[e](A[d = e](y)) + sum[d](y) } } }';
    expect(errors(other)).toEqual([`E0304 ${FILE}`]);
  });

  it('is found in a model, with its objective and without one', () => {
    const model = 'dim d = 4\nblock A(x: [d]) -> [d] { if training then x + missing else x }\nmodel M(x: [d]) -> y: [d] { A(x) }';
    expect(errors(model)).toEqual([`E0201 ${FILE}`]);
    expect(errors(`${model}\nobjective O for M { loss = sum[d](y);  optimizer sgd(rate = 0.1) }`)).toEqual([`E0201 ${FILE}`]);
    const inModel = 'dim d = 4\nmodel M(x: [d]) -> y: [d] { if training then x + missing else x }';
    expect(errors(inModel)).toEqual([`E0201 ${FILE}`]);
  });
});

it('a library keeps what it has parsed of the standard library, as long as the text is the same', () => {
  const parsed: NonNullable<Library['parsed']> = new Map();
  const found = (files: Readonly<Record<string, string>>): string[] => {
    const problems = new Problems();
    const modules = loadModules(FILE, { ...libraryOf({ [FILE]: 'block B(x: [d]) -> [d] { LayerNorm(x) }', ...files }), parsed }, problems);
    if (modules !== null) check(modules, {}, problems);
    return problems.sorted().map(({ code }) => code);
  };
  expect(found({})).toEqual([]);
  const before = parsed.get('std/layers.attn');
  expect(found({})).toEqual([]);
  expect(parsed.get('std/layers.attn')).toBe(before);
  expect(found({ 'std/layers.attn': 'block Other(x: [d]) -> [d] { x }' })).toContain('E0201');
  expect(parsed.has(FILE)).toBe(false);
});
