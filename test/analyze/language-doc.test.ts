import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UNARY } from '../../compiler/graph/operations/unary.ts';
import { parse } from '../../grammar/index.ts';
import { compile, modelText } from './support.ts';

const page = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```attn([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
  words: match[1]!.trim().split(/\s+/),
  text: match[2]!,
  line: page.slice(0, match.index).split('\n').length,
}));
const frame = blocks.find(({ words }) => words.includes('frame'))!.text;
const examples = blocks
  .filter(({ words }) => !words.includes('frame'))
  .map(({ words, text, line }) => ({
    line,
    source: words.includes('body') ? frame.replace('…', () => text) : text,
    code: words.map((word) => /^error=(\w+)$/.exec(word)?.[1]).find((code) => code !== undefined) ?? null,
  }));

describe('docs/language.md', () => {
  it.each(examples.map(({ line, source, code }) => [line, code, source] as const))('line %i: %s', (_line, code, source) => {
    const codes = compile(source)
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map((d) => d.code);
    expect(codes).toEqual(code === null ? [] : [code]);
  });

  it('names every elementwise function', () => {
    const [part] = /^Elementwise functions: .*?(?=^#)/ms.exec(page)!;
    const named = new Set([...part.matchAll(/[a-z]\w*/g)].map(([word]) => word));
    expect(Object.entries(UNARY).flatMap(([fn, { word }]) => (word && !named.has(fn) ? [fn] : []))).toEqual([]);
  });

  it('lists every block of the standard library with its signature', () => {
    const listed = /<!-- signatures: begin -->\n(.*?)<!-- signatures: end -->/s.exec(page)![1]!;
    const rows = readdirSync(new URL('../../models/std/', import.meta.url))
      .sort()
      .flatMap((file) => {
        const text = modelText(`std/${file}`);
        const { module } = parse({ path: file, text });
        return module.items.flatMap((item) =>
          item.kind === 'declaration'
            ? [
                `- \`${text
                  .slice(item.span.start, item.body.span.start)
                  .replace(/\/\/\/[^\n]*\n/g, '')
                  .replace(/\s+/g, ' ')
                  .replace(/\( | (?=\))/g, (part) => part.trim())
                  .trim()
                  .replace(/^\w+ /, '')}\`: ${item.doc ?? ''}`,
              ]
            : [],
        );
      });
    expect(listed.trim()).toBe(rows.join('\n'));
  });
});
