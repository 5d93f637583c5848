/** Requirements on sizes: when they hold, and how they are worded. */
import { atomsOf, evaluate, SizeError, type Size } from '../size/size.ts';
import type { Requirement } from './graph.ts';

/** The relation between the two sizes, in words. */
export const MUST: Readonly<Record<Requirement['kind'], string>> = {
  equal: 'must equal',
  atMost: 'must be at most',
  divides: 'must divide',
};

export function holds(kind: Requirement['kind'], a: number, b: number): boolean {
  switch (kind) {
    case 'equal':
      return a === b;
    case 'atMost':
      return a <= b;
    case 'divides':
      return b % a === 0;
  }
}

/** Null where an atom has no value, or the size is undefined for these values. */
export function numberOf(size: Size, values: ReadonlyMap<string, number>): number | null {
  if ([...atomsOf(size)].some((atom) => !values.has(atom))) return null;
  try {
    return evaluate(size, (atom) => values.get(atom)!);
  } catch (error) {
    // A division with a remainder has a requirement of its own.
    if (error instanceof SizeError) return null;
    throw error;
  }
}
