/** Diagnostics as text, as JSON, and the long explanation of a code. */
import { catalogue, explanation, isCode } from './catalogue.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { firstIndex, lineAt, linesOf, rowOf, safeLine, safeLines, wrap, type Line, type Row } from './text.ts';

/** Texts of the files, by the name used in positions. */
export type Sources = ReadonlyMap<string, string>;

export interface RenderStyle {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

type Paint = (style: 'error' | 'warning' | 'bold' | 'dim' | 'note', text: string) => string;

const COLORS = { error: '1;31', warning: '1;33', bold: '1', dim: '34', note: '36' } as const;

/** The colours that `renderDiagnostic` may use, to split a text by. */
export const OWN_COLORS = new RegExp(`(\\u001b\\[(?:${[...Object.values(COLORS), '0'].join('|')})m)`, 'u');
const MIN_WIDTH = 40;
/** Only the first and the last line of a span longer than this are shown. */
const MAX_LINES = 4;

export function renderDiagnostic(d: Diagnostic, sources: Sources, style: RenderStyle): string {
  return rendered(d, new Files(sources), style);
}

function rendered(d: Diagnostic, files: Files, style: RenderStyle): string {
  const paint: Paint = (name, text) => (style.color ? `\u001b[${COLORS[name]}m${text}\u001b[0m` : text);
  const width = Math.max(MIN_WIDTH, style.width);
  const places = [d.place, ...(d.related ?? []).map((r) => r.place)].map((p) => files.locate(p));
  const gutter = Math.max(1, ...places.map((p) => String(p?.shown.at(-1)?.number ?? '').length));
  const out = [`${paint(d.severity, `${d.severity}[${d.code}]`)} ${paint('bold', safeLines(d.message).join(' '))}`];
  out.push(...excerpt(d.place, places[0] ?? null, '-->', '', d.severity, { gutter, width, paint }));

  for (const [label, text] of [
    ['expected', d.expected],
    ['given', d.given],
    ['why', d.why],
  ] as const) {
    if (text !== undefined) out.push(...labelled(label, text, { gutter, width, paint }));
  }
  (d.related ?? []).forEach((r, i) => {
    out.push(...excerpt(r.place, places[i + 1] ?? null, ':::', r.message, 'note', { gutter, width, paint }));
  });
  if (d.fix !== undefined) out.push(...labelled('fix', d.fix, { gutter, width, paint }));
  return out.map((line) => line.trimEnd()).join('\n');
}

/** All diagnostics, followed by a line that counts them; if there are none, the empty text. */
export function renderAll(diagnostics: readonly Diagnostic[], sources: Sources, style: RenderStyle): string {
  if (diagnostics.length === 0) return '';
  const files = new Files(sources);
  return `${[...diagnostics.map((d) => rendered(d, files, style)), countLine(diagnostics)].join('\n\n')}\n`;
}

function countLine(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']): number => diagnostics.filter((d) => d.severity === severity).length;
  return (
    [
      ['error', count('error')],
      ['warning', count('warning')],
    ] as const
  )
    .filter(([, n]) => n > 0)
    .map(([word, n]) => `${n} ${word}${n === 1 ? '' : 's'}`)
    .join(', ');
}

/** Text for `attnc explain E0302`; null if it is not a code. Case does not matter. */
export function explain(code: string): string | null {
  const upper = code.trim().toUpperCase();
  if (!isCode(upper)) return null;
  const entry = catalogue[upper];
  return `# ${upper}: ${entry.title}\n\n${explanation(entry)}\n`;
}

// ---------------------------------------------------------------- positions

interface Located {
  readonly text: string;
  readonly row: (line: Line) => Row;
  readonly start: number;
  readonly end: number;
  readonly line: Line;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** The lines of the excerpt, in order. */
  readonly shown: readonly Line[];
}

/** The texts of files, split into lines once for all diagnostics. */
class Files {
  readonly #sources: Sources;
  readonly #lines = new Map<string, readonly Line[]>();
  readonly #rows = new Map<Line, Row>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  lines(file: string, text: string): readonly Line[] {
    let lines = this.#lines.get(file);
    if (lines === undefined) this.#lines.set(file, (lines = linesOf(text)));
    return lines;
  }

  #row(line: Line, text: string): Row {
    let row = this.#rows.get(line);
    if (row === undefined) this.#rows.set(line, (row = rowOf(text.slice(line.start, line.end), line.start)));
    return row;
  }

  /** Null if the text of the file is not available. Offsets outside the text, and NaN, are moved to its end. */
  locate(place: Place): Located | null {
    const text = this.#sources.get(place.file);
    if (text === undefined) return null;
    const clamp = (offset: number): number =>
      Number.isFinite(offset) ? Math.min(Math.max(0, Math.trunc(offset)), text.length) : text.length;
    const start = clamp(place.start);
    const end = Math.max(start, clamp(place.end));
    const lines = this.lines(place.file, text);
    const line = lineAt(lines, start);
    const last = lineAt(lines, Math.max(start, end - 1));
    const shown = last.number - line.number < MAX_LINES ? lines.slice(line.number - 1, last.number) : [line, last];
    // At the end of a file there is nothing to point at; the last line with text shows where that is.
    const blank = (l: Line): boolean => text.slice(l.start, l.end).trim() === '';
    let before = blank(line) ? line.number - 2 : -1;
    while (before >= 0 && blank(lines[before]!)) before--;
    return {
      text,
      row: (each) => this.#row(each, text),
      start,
      end,
      line,
      column: start - line.start + 1,
      shown: before < 0 ? shown : [lines[before]!, ...shown],
    };
  }
}

interface Layout {
  readonly gutter: number;
  readonly width: number;
  readonly paint: Paint;
}

function excerpt(
  place: Place,
  at: Located | null,
  arrow: string,
  message: string,
  mark: 'error' | 'warning' | 'note',
  layout: Layout,
): string[] {
  const { gutter, width, paint } = layout;
  const pad = ' '.repeat(gutter);
  const file = safeLine(place.file);
  const text = safeLines(message).join(' ');
  const head = at === null ? file : `${file}:${at.line.number}:${at.column}`;
  const out = [`${pad}${paint('dim', arrow)} ${head}${at === null && text !== '' ? `: ${text}` : ''}`];
  if (at === null) return out;
  const bar = paint('dim', '|');
  out.push(`${pad} ${bar}`);
  let number = at.shown[0]!.number;
  for (const line of at.shown) {
    if (line.number > number) out.push(`${pad} ${paint('dim', '...')}`);
    number = line.number + 1;
    const { source, carets } = underlined(at, line, width - gutter - 3);
    out.push(`${paint('dim', String(line.number).padStart(gutter))} ${bar} ${source}`);
    if (carets === '') continue;
    const last = line === at.shown.at(-1) && text !== '' ? ` ${text}` : '';
    const [spaces, marks] = [/^ */.exec(carets)![0], carets.trimStart()];
    out.push(`${pad} ${bar} ${spaces}${paint(mark, `${marks}${last}`)}`);
  }
  return out;
}

/** A line of the source and the row of carets under it, cut so that the first carets stay visible. */
function underlined(at: Located, line: Line, room: number): { readonly source: string; readonly carets: string } {
  const { cells, columns } = at.row(line);
  const inside = line.number >= at.line.number;
  // After the first line, a span is marked from the first character that is not a blank.
  const indent = line === at.line ? 0 : at.text.slice(line.start, line.end).search(/\S/u);
  const from = Math.max(at.start, line.start + Math.max(0, indent));
  const [begin, end] = [firstIndex(cells.length, (k) => cells[k]!.to > from), firstIndex(cells.length, (k) => cells[k]!.from >= at.end)];
  const count = inside ? Math.max(0, end - begin) : 0;
  const first = count > 0 || (inside && line === at.line) ? begin : -1;

  let low = 0,
    high = cells.length;
  if (columns[high]! > room) {
    const wanted = columns[Math.max(0, first)]! - Math.floor(room / 3);
    low = firstIndex(cells.length, (k) => columns[k]! >= wanted);
    // Two columns are reserved for the ellipses.
    high = Math.max(
      low,
      firstIndex(cells.length, (k) => columns[k + 1]! - columns[low]! > room - 2),
    );
  }
  const source = `${low > 0 ? '…' : ''}${cells
    .slice(low, high)
    .map((c) => c.text)
    .join('')}${high < cells.length ? '…' : ''}`;
  if (first < 0) return { source, carets: '' };
  const before = (low > 0 ? 1 : 0) + columns[first]! - columns[low]!;
  const under = Math.max(1, columns[Math.min(first + count, high)]! - columns[first]!);
  return { source, carets: `${' '.repeat(before)}${'^'.repeat(under)}` };
}

const LABEL_WIDTH = 'expected: '.length;

function labelled(label: string, text: string, { gutter, width, paint }: Layout): string[] {
  const pad = ' '.repeat(gutter);
  // Types and code keep their lines; only prose is wrapped.
  const room = label === 'why' ? width - gutter - 3 - LABEL_WIDTH : Number.POSITIVE_INFINITY;
  const lines = safeLines(text).flatMap((line) => wrap(line, room));
  return lines.map((line, i) => {
    const lead =
      i === 0
        ? `${paint('dim', '=')} ${paint('note', `${label}:`)}${' '.repeat(LABEL_WIDTH - label.length - 1)}`
        : ' '.repeat(2 + LABEL_WIDTH);
    return `${pad} ${lead}${line}`;
  });
}

// ---------------------------------------------------------------- JSON

/**
 * For `--json`: `{ version, errors, warnings, diagnostics: [{ code, severity, title, message, place, expected, given, why, related, fix }] }`,
 * keys always present and in this order. Lines and columns count from 1, columns and offsets in UTF-16 units; a position in a file
 * whose text is unknown has null for lines and columns.
 */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], sources: Sources): string {
  const files = new Files(sources);
  const value = {
    version: 1,
    errors: diagnostics.filter((d) => d.severity === 'error').length,
    warnings: diagnostics.filter((d) => d.severity === 'warning').length,
    diagnostics: diagnostics.map((d) => ({
      code: d.code,
      severity: d.severity,
      title: catalogue[d.code].title,
      message: d.message,
      place: placeJson(d.place, files),
      expected: d.expected ?? null,
      given: d.given ?? null,
      why: d.why ?? null,
      related: (d.related ?? []).map((r) => ({ message: r.message, place: placeJson(r.place, files) })),
      fix: d.fix ?? null,
    })),
  };
  // JSON escapes controls; invisible and bidirectional characters are escaped too, as the text may be looked at.
  const escaped = JSON.stringify(value, null, 2).replace(/[\p{Cf}\p{Zl}\p{Zp}\u007F-\u009F]/gu, (c) =>
    Array.from({ length: c.length }, (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
  return `${escaped}\n`;
}

function placeJson(place: Place, files: Files): object {
  const at = files.locate(place);
  if (at === null)
    return {
      file: place.file,
      start: { line: null, column: null, offset: place.start },
      end: { line: null, column: null, offset: place.end },
    };
  const end = lineAt(files.lines(place.file, at.text), at.end);
  return {
    file: place.file,
    start: { line: at.line.number, column: at.column, offset: at.start },
    end: { line: end.number, column: at.end - end.start + 1, offset: at.end },
  };
}
