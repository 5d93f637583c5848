/**
 * Whether XLA had better compile a graph: it makes one piece of code of many small operations, which the plain graph runs one by
 * one, but its products and elementwise loops are slower. The costs are fitted to the gradients of the benchmark's rows as graphs
 * and by XLA (`npm run bench -- --peers attnc --backends tensorflow`), on 2 cores: they put every row on its right side.
 */
import type { Sizes } from '../definition.ts';
import { evaluate } from './expressions.ts';
import type { GraphFunction } from './format.ts';

/** Milliseconds that XLA saves for an operation, and loses for each number that it gives and each multiplication of a product. */
const SAVED_BY_OPERATION = 6e-3;
const LOST_BY_ELEMENT = 0.2e-6;
const LOST_BY_MULTIPLICATION = 8e-9;

/** Milliseconds of compiling for one instruction. */
const COMPILING = 8;
/** Shapes that a run is compiled for, where lengths differ. */
const SHAPES = 4;

/** @param repeats how often the function will run */
export function prefersXla({ work, body }: GraphFunction, n: Sizes, repeats: number): boolean {
  const [operations, elements, multiplications] = [work.operations, work.elements, work.multiplications].map((each) => evaluate(each, n));
  if (operations == null || elements == null || multiplications == null) return false;
  const saved = operations * SAVED_BY_OPERATION - elements * LOST_BY_ELEMENT - multiplications * LOST_BY_MULTIPLICATION;
  return saved > 0 && saved * repeats > COMPILING * SHAPES * instructionsIn(body);
}

const instructionsIn = (body: GraphFunction['body']): number =>
  body.reduce((count, each) => count + 1 + (each.op === 'scan' ? instructionsIn(each.body) : 0), 0);
