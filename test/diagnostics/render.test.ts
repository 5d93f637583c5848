import { describe, expect, test } from 'vitest';
import { type Diagnostic, Problems } from '../../compiler/diagnostics/diagnostic.ts';
import { diagnosticsJson, explain, renderAll, renderDiagnostic } from '../../compiler/diagnostics/render.ts';

const plain = { color: false, width: 80 };
const lines = (...text: string[]): string => text.join('\n');

/** A diagnostic at the first occurrence of `part` in `text`. */
function at(text: string, part: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const start = text.indexOf(part);
  if (start < 0) throw new Error(`${part} is not in the text`);
  return { code: 'E0302', severity: 'error', place: { file: 'm.attn', start, end: start + part.length }, message: 'message', ...more };
}
const show = (text: string, d: Diagnostic, width = 80): string => renderDiagnostic(d, new Map([['m.attn', text]]), { color: false, width });

describe('one diagnostic', () => {
  test('all parts, in their order', () => {
    const text = 'dim source: ragged, target: ragged\ny = x + b\n';
    const d = at(text, 'x + b', {
      message: '`+` has operands without a common axis',
      expected: '[source]',
      given: '[target]',
      why: '`+` pairs axes by name',
      related: [
        { place: { file: 'm.attn', start: 20, end: 26 }, message: 'target is declared here' },
        { place: { file: 'other.attn', start: 0, end: 1 }, message: 'imported' },
      ],
      fix: 'b[target as source]',
    });
    expect(show(text, d)).toBe(
      lines(
        'error[E0302] `+` has operands without a common axis',
        ' --> m.attn:2:5',
        '  |',
        '2 | y = x + b',
        '  |     ^^^^^',
        '  = expected: [source]',
        '  = given:    [target]',
        '  = why:      `+` pairs axes by name',
        ' ::: m.attn:1:21',
        '  |',
        '1 | dim source: ragged, target: ragged',
        '  |                     ^^^^^^ target is declared here',
        ' ::: other.attn: imported',
        '  = fix:      b[target as source]',
      ),
    );
  });

  test('tabs, wide and combining characters keep the carets in place', () => {
    const text = 'a\n\tx = 漢字 + e\u0301\u0301y';
    expect(show(text, at(text, '字'))).toContain(lines('2 |     x = 漢字 + e\u0301\u0301y', '  |           ^^'));
    expect(show(text, at(text, 'y'))).toContain('\n  |                 ^');
    expect(show('😀 b', at('😀 b', 'b'))).toContain(lines('1 | 😀 b', '  |    ^'));
  });

  test('short spans over lines are shown whole, long ones by their ends', () => {
    const short = 'y = f(\n\n  a)';
    expect(show(short, at(short, 'f(\n\n  a)'))).toContain(lines('1 | y = f(', '  |     ^^', '2 |', '3 |   a)', '  |   ^^'));
    const long = 'y = {\na\nb\nc\nd\n} + 1';
    expect(show(long, at(long, '{\na\nb\nc\nd\n}'))).toContain(lines('1 | y = {', '  |     ^', '  ...', '6 | } + 1', '  | ^'));
  });

  test('an empty span is one caret', () => {
    const text = 'ab cd';
    const d = (offset: number): Diagnostic => ({ ...at(text, 'a'), place: { file: 'm.attn', start: offset, end: offset } });
    expect(show(text, d(3))).toContain(lines('1 | ab cd', '  |    ^'));
    expect(show(text, d(5))).toContain(lines('1 | ab cd', '  |      ^'));
  });

  test('the end of a file shows the last text before it', () => {
    const text = 'f(x\n\n';
    const d = { ...at(text, 'f'), place: { file: 'm.attn', start: 5, end: 5 } };
    expect(show(text, d)).toContain(lines(' --> m.attn:3:1', '  |', '1 | f(x', '  ...', '3 |', '  | ^'));
    expect(show('', { ...d, place: { file: 'm.attn', start: 0, end: 0 } })).toContain(lines(' --> m.attn:1:1', '  |', '1 |', '  | ^'));
  });

  test('offsets outside the text, or none, do not break it', () => {
    for (const [start, end] of [
      [Number.NaN, Number.NaN],
      [99, 120],
      [-5, -1],
      [2, 0],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(show('ab\ncd', { ...at('ab', 'a'), place: { file: 'm.attn', start, end } })).toMatch(
        /m\.attn:\d+:\d+\n.*\n\d \| (ab|cd)\n {2}\| +\^/,
      );
    }
  });

  test('LF, CRLF and CR end lines', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = `a${end}bc${end}`;
      expect(show(text, at(text, 'c'))).toContain(lines(' --> m.attn:2:2', '  |', '2 | bc', '  |  ^'));
    }
  });

  test('long lines are cut around the position', () => {
    const text = `${'left + '.repeat(30)}here${' + right'.repeat(30)}`;
    const shown = show(text, at(text, 'here'), 60).split('\n');
    expect(shown[3]).toMatch(/^1 \| ….*here.*…$/);
    expect(shown[3]!.length).toBeLessThanOrEqual(60);
    expect(shown[3]!.indexOf('here')).toBe(shown[4]!.indexOf('^^^^'));
  });

  test('reasons are wrapped to the width', () => {
    const shown = show('a', at('a', 'a', { why: 'word '.repeat(40).trim() }), 50).split('\n');
    expect(shown.length).toBeGreaterThan(6);
    for (const line of shown) expect(line.length).toBeLessThanOrEqual(50);
  });

  test('line numbers of several digits share one gutter', () => {
    const text = `a${'\n'.repeat(9)}b`;
    const d = at(text, 'b', { related: [{ place: { file: 'm.attn', start: 0, end: 1 }, message: 'r' }] });
    expect(show(text, d)).toContain(
      lines('  --> m.attn:10:1', '   |', '10 | b', '   | ^', '  ::: m.attn:1:1', '   |', ' 1 | a', '   | ^ r'),
    );
  });

  test('colours only where asked for', () => {
    const d = at('a', 'a', { severity: 'warning', code: 'W0201' });
    const colored = renderDiagnostic(d, new Map([['m.attn', 'a']]), { color: true, width: 80 });
    expect(colored).toContain('\u001b[1;33mwarning[W0201]\u001b[0m');
    expect(colored.replace(/\u001b\[[\d;]*m/g, '')).toBe(show('a', d));
  });
});

test('no text of a program reaches the terminal as it is', () => {
  const evil = '\u001b[2J\u0007\u009b\u202e\u2066\u200b\ufeff\u2028\ud800x';
  const d = at(evil, 'x', {
    message: evil,
    expected: evil,
    given: `a\n${evil}`,
    why: evil,
    fix: evil,
    place: { file: `${evil}\n.attn`, start: 0, end: evil.length },
    related: [{ place: { file: 'm.attn', start: 0, end: 4 }, message: evil }],
  });
  for (const text of [
    renderDiagnostic(
      d,
      new Map([
        [`${evil}\n.attn`, evil],
        ['m.attn', `${evil}\n`],
      ]),
      plain,
    ),
    renderAll([d], new Map(), plain),
    diagnosticsJson([d], new Map([['m.attn', evil]])),
  ]) {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  }
  expect(show('a\u202eb', at('a\u202eb', 'b'))).toContain(lines('1 | a\\u{202E}b', '  |          ^'));
});

test('several end in a count', () => {
  const sources = new Map([['m.attn', 'a']]);
  const error = at('a', 'a'),
    warning = at('a', 'a', { code: 'W0201', severity: 'warning' });
  expect(renderAll([error, error, warning], sources, plain)).toMatch(/\n\n2 errors, 1 warning\n$/);
  expect(renderAll([error], sources, plain)).toMatch(/\n\n1 error\n$/);
  expect(renderAll([warning, warning], sources, plain)).toMatch(/\n\n2 warnings\n$/);
  expect(renderAll([], sources, plain)).toBe('');
});

test('JSON has the same keys always, and positions from 1', () => {
  const text = 'ab\ncd\n';
  const json: unknown = JSON.parse(
    diagnosticsJson([at(text, 'd\n'), at(text, 'a', { place: { file: 'gone', start: 1, end: 2 }, why: 'w' })], new Map([['m.attn', text]])),
  );
  expect(json).toEqual({
    version: 1,
    errors: 2,
    warnings: 0,
    diagnostics: [
      {
        code: 'E0302',
        severity: 'error',
        title: 'sum of tensors without a common axis',
        message: 'message',
        place: { file: 'm.attn', start: { line: 2, column: 2, offset: 4 }, end: { line: 3, column: 1, offset: 6 } },
        expected: null,
        given: null,
        why: null,
        related: [],
        fix: null,
      },
      {
        code: 'E0302',
        severity: 'error',
        title: 'sum of tensors without a common axis',
        message: 'message',
        place: { file: 'gone', start: { line: null, column: null, offset: 1 }, end: { line: null, column: null, offset: 2 } },
        expected: null,
        given: null,
        why: 'w',
        related: [],
        fix: null,
      },
    ],
  });
});

test('a code is explained, in any case of letters; anything else is not', () => {
  expect(explain('e0302')).toMatch(/^# E0302: sum of tensors.*\n\n[\s\S]*Wrong:[\s\S]*```attn[\s\S]*Right:/);
  for (const text of ['E9999', '', 'toString', '__proto__', 'constructor']) expect(explain(text)).toBe(null);
});

test('problems are sorted and reported once', () => {
  const problems = new Problems();
  const d = (file: string, start: number, code: Diagnostic['code'], message = ''): Diagnostic => ({
    code,
    severity: code.startsWith('W') ? 'warning' : 'error',
    place: { file, start, end: start + 1 },
    message,
  });
  problems.report(d('b', 0, 'E0201'));
  problems.report(d('a', 7, 'E0303', 'first'));
  problems.report(d('a', 7, 'E0303', 'again'));
  problems.report(d('a', 7, 'E0302'));
  problems.report(d('a', 3, 'W0201'));
  expect(problems.errors).toBe(3);
  expect(problems.sorted().map((p) => `${p.place.file}${p.place.start} ${p.code} ${p.message}`.trim())).toEqual([
    'a3 W0201',
    'a7 E0302',
    'a7 E0303 first',
    'b0 E0201',
  ]);
});
