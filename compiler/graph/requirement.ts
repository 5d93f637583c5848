/** What is demanded of sizes: when it holds, and how it is said. */
import type { Requirement } from './graph.ts';

/** Between the two sizes, in words. */
export const MUST: Readonly<Record<Requirement['kind'], string>> = { equal: 'must equal', atMost: 'must be at most', divides: 'must divide' };

export function holds(kind: Requirement['kind'], a: number, b: number): boolean {
  switch (kind) {
    case 'equal': return a === b;
    case 'atMost': return a <= b;
    case 'divides': return b % a === 0;
  }
}
