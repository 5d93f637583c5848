/** Reports errors, and gives nodes their location in the text. */
import type { Span } from '../../../grammar/ast.ts';
import type { Code, Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { CallFrame, Origin } from '../../graph/graph.ts';
import { placeOf, type Site } from './context.ts';
import { remedyFor } from './remedies.ts';
import { ERROR, type Value } from './values.ts';

export function report(
  here: Site,
  code: Code,
  span: Span,
  message: string,
  more: Partial<Pick<Diagnostic, 'expected' | 'given' | 'why' | 'fix' | 'related' | 'severity'>> = {},
): Value {
  const calls = here.calls.map((call) => ({ place: call.place, message: `in this call of \`${call.name}\`` }));
  here.ctx.problems.report({
    severity: 'error',
    ...remedyFor(code, more),
    ...more,
    code,
    place: placeOf(here, span),
    message,
    related: [...(more.related ?? []), ...calls.reverse().slice(0, 3), ...(here.ctx.found === null ? [] : [here.ctx.found])],
  });
  return ERROR;
}

/** A unique path for each instance of a body: `base`, `base#2`, … */
export function uniquePath(base: string, here: Site): string {
  const count = (here.ordinals.get(base) ?? 0) + 1;
  here.ordinals.set(base, count);
  return count === 1 ? base : `${base}#${count}`;
}

export function origin(here: Site, span: Span, name: string | null = null): Origin {
  const place = { file: here.module.path, start: span.start, end: span.end, name };
  return here.called === null ? place : { ...place, frame: here.called };
}

/** The frame of a call at this site; `path`: the prefix of its parameters. */
export function callFrame(callee: string, path: string, here: Site): CallFrame {
  return { callee, path: path.replace(/^\./, ''), parent: here.called };
}
