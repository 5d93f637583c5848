import { describe, expect, it } from 'vitest';
import { format, parse } from '../../grammar/index.ts';
import { commentTexts, programs, shape, shown } from './tree.ts';

describe.each(programs)('$name', ({ name, text }) => {
  it('parses without problems', () => {
    expect(shown(text)).toEqual([]);
  });

  it('formats once and for all, keeping tree and comments, within the width', () => {
    const { text: formatted, problems } = format(text);
    expect(problems).toEqual([]);
    expect(format(formatted).text).toBe(formatted);
    const before = parse({ path: name, text }).module;
    const after = parse({ path: name, text: formatted }).module;
    expect(shape(after)).toEqual(shape(before));
    expect(commentTexts(after)).toEqual(commentTexts(before));
    for (const line of formatted.split('\n')) expect(line.replace(/\s*\/\/.*$/, '').length).toBeLessThanOrEqual(120);
  });

  it('cut off anywhere, parses or tells of a problem', () => {
    for (let end = 0; end < text.length; end += 7) {
      const cut = text.slice(0, end);
      const { module, problems } = parse({ path: name, text: cut });
      for (const { span } of problems) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(end);
        expect(span.start).toBeLessThanOrEqual(span.end);
      }
      const open = (cut.match(/[{]/g)?.length ?? 0) - (cut.match(/[}]/g)?.length ?? 0);
      if (open > 0) expect(problems.length).toBeGreaterThan(0);
      if (problems.length === 0) expect(shape(parse({ path: name, text: format(cut).text }).module)).toEqual(shape(module));
    }
  });
});
