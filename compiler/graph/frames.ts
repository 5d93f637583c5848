/** How calls are nested. */
import type { CallFrame } from './graph.ts';

/** The frame and the calls around it, outermost first. */
export function chain(frame: CallFrame | null): readonly CallFrame[] {
  const result: CallFrame[] = [];
  for (let each = frame; each !== null; each = each.parent) result.push(each);
  return result.reverse();
}

/** The innermost call that contains both. */
export function common(a: CallFrame | null, b: CallFrame | null): CallFrame | null {
  if (a === b) return a;
  const others = new Set(chain(b));
  return chain(a).findLast((each) => others.has(each)) ?? null;
}
