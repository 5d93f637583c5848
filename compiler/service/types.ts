/** What the elaborator found: the types of expressions, as they are shown. */
import type { Expr, Span } from '../../grammar/ast.ts';
import { typeOf } from '../analyze/scope/axes.ts';
import type { Observe } from '../analyze/scope/context.ts';
import { describeMap, describeType } from '../analyze/scope/describe.ts';
import type { Value } from '../analyze/scope/values.ts';

export class Types {
  /** By file and span: data, which another thread may be sent. */
  readonly files: Map<string, Map<string, string>>;

  constructor(files = new Map<string, Map<string, string>>()) {
    this.files = files;
  }

  /** Takes the first value of each expression: a declaration's own, its axes being as it calls them. */
  readonly observe: Observe = (expr, value, here) => {
    const file = here.module.path;
    let found = this.files.get(file);
    if (found === undefined) this.files.set(file, (found = new Map()));
    const key = keyOf(expr.span);
    if (found.has(key)) return;
    const shown = describeValue(value);
    if (shown !== null) found.set(key, shown);
  };

  of(file: string, expr: Pick<Expr, 'span'>): string | null {
    return this.files.get(file)?.get(keyOf(expr.span)) ?? null;
  }

  /** As they stand in a text that has changed since: what the change touches is left out. */
  after(file: string, from: string, to: string): Types {
    if (from === to) return this;
    const most = Math.min(from.length, to.length);
    let start = 0;
    while (start < most && from[start] === to[start]) start++;
    let same = 0;
    while (same < most - start && from[from.length - 1 - same] === to[to.length - 1 - same]) same++;
    const end = from.length - same;
    const moved = new Map<string, string>();
    for (const [key, type] of this.files.get(file) ?? []) {
      const [a, b] = key.split(' ').map(Number) as [number, number];
      if (b <= start) moved.set(key, type);
      else if (a >= end) moved.set(keyOf({ start: a + to.length - from.length, end: b + to.length - from.length }), type);
    }
    return new Types(new Map([...this.files, [file, moved]]));
  }

  /** The smallest expression around an offset. */
  smallest(file: string, offset: number): { readonly span: Span; readonly type: string } | null {
    let found: { readonly span: Span; readonly type: string } | null = null;
    for (const [key, type] of this.files.get(file) ?? []) {
      const [start, end] = key.split(' ').map(Number) as [number, number];
      if (start <= offset && offset <= end && (found === null || end - start < found.span.end - found.span.start))
        found = { span: { start, end }, type };
    }
    return found;
  }
}

const keyOf = ({ start, end }: Span): string => `${start} ${end}`;

/** `[source, hidden]`, `{ h: [hidden], c: [hidden] }`; null for what was in error. */
export function describeValue(value: Value): string | null {
  switch (value.kind) {
    case 'tensor':
      return describeType(typeOf(value.node));
    case 'map':
      return describeMap(value);
    case 'record': {
      const fields = [...value.fields].map(([name, field]) => `${name}: ${describeValue(field) ?? '?'}`);
      return value.main !== null ? describeValue(value.main) : `{ ${fields.join(', ')} }`;
    }
    case 'instance':
      return value.entry.declaration.name.text;
    case 'error':
      return null;
  }
}
