import { describe, expect, test } from 'vitest';
import { catalogue, families, isCode } from '../../compiler/diagnostics/catalogue.ts';
import { didYouMean, editDistance } from '../../runtime/near.ts';
import { diagnosticsReference } from '../../compiler/diagnostics/reference.ts';
import { explain } from '../../compiler/diagnostics/render.ts';
import { parse } from '../../grammar/index.ts';

describe('the catalogue', () => {
  test('has every code once', () => {
    const codes = families.flatMap((f) => Object.keys(f));
    expect(codes.filter((c, i) => codes.indexOf(c) !== i)).toEqual([]);
    expect(Object.keys(catalogue).sort()).toEqual([...codes].sort());
    for (const code of codes) expect(code).toMatch(/^[EW]0[1-9]\d\d$/);
  });

  test.each(Object.entries(catalogue))('%s has a title, a reason, a wrong and a right example', (code, entry) => {
    expect(entry.title).toMatch(/^[^.\n]{5,60}$/);
    expect(entry.text).toMatch(/^.{40,}/s);
    expect(entry.text.trim()).toMatch(/[.!`)]$/);
    expect(entry.wrong.trim()).not.toBe('');
    expect(entry.right.trim()).not.toBe('');
    expect(entry.right).not.toBe(entry.wrong);
    expect(explain(code)).toContain(entry.right);
  });

  /** Examples are parts of programs; each is read in the places where it could stand. */
  const readings = (text: string): string[][] =>
    [text, `block F() -> [] {\n${text}\n}`, `objective O for M {\n${text}\n}`, `decoder F() ${text} {\n}`].map((whole) =>
      parse({ path: 'example.attn', text: whole }).problems.map((p) => p.code),
    );

  test.each(Object.entries(catalogue))('the examples of %s can be read, or have just that fault', (code, entry) => {
    expect(readings(entry.right)).toContainEqual([]);
    if (code.startsWith('E01')) expect(readings(entry.wrong).map((codes) => [...new Set(codes)])).toContainEqual([code]);
    else expect(readings(entry.wrong)).toContainEqual([]);
  });

  test('titles tell codes apart', () => {
    const titles = Object.values(catalogue).map((e) => e.title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('codes are recognised by their own names only', () => {
    expect(isCode('E0302')).toBe(true);
    expect(isCode('hasOwnProperty')).toBe(false);
  });

  // After a change: npx vitest run test/diagnostics -u
  test('docs/diagnostics.md is what the catalogue says', async () => {
    await expect(diagnosticsReference()).toMatchFileSnapshot('../../docs/diagnostics.md');
  });
});

describe('did you mean', () => {
  test.each([
    ['sorce', ['target', 'source', 'words'], 'source'],
    ['Gru', ['LSTM', 'GRU'], 'GRU'],
    ['hiden', ['hidden', 'Hiden'], 'Hiden'],
    ['weigths', ['weights'], 'weights'],
    ['annotaton', ['annotations', 'annotation'], 'annotation'],
    ['dk', ['DK', 'dv'], 'DK'],
  ])('%s', (name, candidates, expected) => {
    expect(didYouMean(name, candidates)).toBe(expected);
  });

  test('nothing where nothing is near', () => {
    expect(didYouMean('banana', ['source', 'target'])).toBe(null);
    expect(didYouMean('x', ['y', 'z'])).toBe(null);
    expect(didYouMean('dk', ['dv'])).toBe(null);
    expect(didYouMean('source', ['source'])).toBe(null);
    expect(didYouMean('source', [])).toBe(null);
  });

  test('does not depend on the order of the candidates', () => {
    expect(didYouMean('cat', ['cab', 'car'])).toBe(didYouMean('cat', ['car', 'cab']));
  });

  test('distances', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('ab', 'ba')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('γamma', 'gamma')).toBe(1);
    expect(editDistance('abcdef', 'uvwxyz', 2)).toBe(2);
  });
});
