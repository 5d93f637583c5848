/** The name that an equation, or a field of a record, gives its value. */
import type { Span } from '../../../grammar/ast.ts';
import type { Site } from '../scope/context.ts';
import { origin } from '../scope/report.ts';
import type { Value } from '../scope/values.ts';
import { keepOrder } from '../types/operate.ts';

/** A tensor carries its equation's name, for errors, pictures and emitted code. */
export function named(value: Value, name: string, span: Span, here: Site): Value {
  if (value.kind === 'record' && value.main !== null) return { ...value, main: named(value.main, name, span, here) };
  if ((value.kind !== 'tensor' && value.kind !== 'map') || value.node.origin.name !== null || value.node.op.kind === 'argument')
    return value;
  const node = here.ctx.builder.copy(value.node, origin(here, span, name));
  keepOrder(node, [value.node], here);
  return { ...value, node };
}
