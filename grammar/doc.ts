/** A small pretty-printing algebra (Wadler, "A prettier printer", 1998), with a fill break that gives way only where it must. */

/**
 * Whether a group still ahead may be counted on to break: a body always, the arguments of a call only where a group
 * before it asks (`f[a](…)` opens the call), a type or an index never.
 */
export type Yields = 'always' | 'to groups' | 'never';

export type Doc =
  | { readonly kind: 'text'; readonly text: string; readonly hard: false }
  /** Takes no room in the measure: a comment does not push code to the next line. */
  | { readonly kind: 'comment'; readonly text: string; readonly hard: false }
  | { readonly kind: 'join'; readonly parts: readonly Doc[]; readonly hard: boolean }
  /** Where it breaks, the rendering tells its `key`. */
  | { readonly kind: 'group'; readonly inner: Doc; readonly yields: Yields; readonly key: number | null; readonly hard: boolean }
  | { readonly kind: 'nest'; readonly by: number; readonly inner: Doc; readonly hard: boolean }
  /** `flat` where its group fits, else `broken` and a new line. */
  | { readonly kind: 'line'; readonly flat: string; readonly broken: string; readonly hard: boolean }
  /** A space, or a new line if what follows up to the next break does not fit. */
  | { readonly kind: 'fill'; readonly hard: false }
  /** An empty line, if the text has one there. */
  | { readonly kind: 'blank'; readonly hard: true };

export const text = (value: string): Doc => ({ kind: 'text', text: value, hard: false });
export const comment = (value: string): Doc => ({ kind: 'comment', text: value, hard: false });
export const join = (parts: readonly Doc[]): Doc => ({ kind: 'join', parts, hard: parts.some((part) => part.hard) });
export const group = (inner: Doc, yields: Yields, key: number | null = null): Doc => ({
  kind: 'group',
  inner,
  yields,
  key,
  hard: inner.hard,
});
export const nest = (by: number, inner: Doc): Doc => ({ kind: 'nest', by, inner, hard: inner.hard });
export const line: Doc = { kind: 'line', flat: ' ', broken: '', hard: false };
export const softline: Doc = { kind: 'line', flat: '', broken: '', hard: false };
export const hardline: Doc = { kind: 'line', flat: ' ', broken: '', hard: true };
/** `; ` between statements on one line, nothing but the line's end otherwise. */
export const semicolon: Doc = { kind: 'line', flat: '; ', broken: '', hard: false };
export const fill: Doc = { kind: 'fill', hard: false };
export const blank: Doc = { kind: 'blank', hard: true };

type Command = readonly [indent: number, flat: boolean, doc: Doc];

export interface Rendering {
  readonly text: string;
  /** Keys of the groups that broke. */
  readonly broken: readonly number[];
}

export function render(doc: Doc, width: number): Rendering {
  const broken: number[] = [];
  const lines: string[] = [];
  let out = '';
  let column = 0;
  let pendingIndent = 0;
  const commands: Command[] = [[0, false, doc]];
  const write = (value: string): void => {
    if (value === '' || (column === 0 && value === ' ')) return;
    if (column === 0) {
      out += ' '.repeat(pendingIndent);
      column = pendingIndent;
    }
    out += value;
    column += value.length;
  };
  /** Two breaks in a row are one: a comment has already ended its line. */
  const newLine = (indent: number): void => {
    if (column > 0) lines.push(out.trimEnd());
    out = '';
    column = 0;
    pendingIndent = indent;
  };

  for (let command = commands.pop(); command !== undefined; command = commands.pop()) {
    const [indent, flat, current] = command;
    switch (current.kind) {
      case 'text':
      case 'comment':
        write(current.text);
        break;
      case 'join':
        for (let i = current.parts.length - 1; i >= 0; i--) commands.push([indent, flat, current.parts[i]!]);
        break;
      case 'nest':
        commands.push([indent + current.by, flat, current.inner]);
        break;
      case 'group': {
        const start = column === 0 ? indent : column;
        const fit = flat || (!current.hard && fits([indent, true, current.inner], commands, width - start, true));
        if (!fit && current.key !== null) broken.push(current.key);
        commands.push([indent, fit, current.inner]);
        break;
      }
      case 'line':
        if (flat && !current.hard) write(current.flat);
        else {
          write(current.broken);
          newLine(indent);
        }
        break;
      case 'fill':
        if (flat || fits([indent, true, text(' ')], commands, width - column, false)) write(column === 0 ? '' : ' ');
        else newLine(indent);
        break;
      case 'blank':
        newLine(indent);
        lines.push('');
        break;
    }
  }
  const whole = [...lines, out].join('\n').trimEnd();
  return { text: whole === '' ? '' : `${whole}\n`, broken };
}

/** Whether `next`, and what follows it up to the first position that may break, fits in `room`. */
function fits(next: Command, rest: readonly Command[], room: number, forGroup: boolean): boolean {
  let left = room;
  let restAt = rest.length;
  const commands: Command[] = [next];
  while (left >= 0) {
    const command = commands.pop() ?? rest[--restAt];
    if (command === undefined) return true;
    const [indent, flat, doc] = command;
    switch (doc.kind) {
      case 'text':
        left -= doc.text.length;
        break;
      case 'comment':
        break;
      case 'join':
        for (let i = doc.parts.length - 1; i >= 0; i--) commands.push([indent, flat, doc.parts[i]!]);
        break;
      case 'nest':
        commands.push([indent, flat, doc.inner]);
        break;
      case 'group':
        commands.push([indent, !doc.hard && (flat || doc.yields === 'never' || (doc.yields === 'to groups' && !forGroup)), doc.inner]);
        break;
      case 'line':
        if (doc.hard || !flat) return true;
        left -= doc.flat.length;
        break;
      case 'fill':
        if (!flat) return true;
        left -= 1;
        break;
      case 'blank':
        return true;
    }
  }
  return false;
}
