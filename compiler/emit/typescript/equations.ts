/** Statements that stand together because one equation of the program made them: their order in a block. */
import type { Value } from './value.ts';

/** The equation that a value is computed for, by its position; '' where no text stands for it. */
export type EquationOf = (value: Value) => string;

/** The statements whose text or body reads what a statement of the same block gives. */
export type Reads = (statement: Value) => Iterable<Value>;

/** A statement with the steps that nothing else needs, in the order in which they are computed. */
export interface Unit {
  readonly value: Value;
  readonly parts: readonly Value[];
}

/**
 * Tensors that may live until the last step of a unit. Each may be as large as an activation, so a long equation is cut.
 * Reshapes share the numbers of what they reshape and do not count.
 */
const MOST_PARTS = 8;

/** How far back the order looks for an equation that is read no more. Further, and large tensors wait for it. */
const REACH = 32;

/**
 * The statements in an order that keeps equations whole, as far as what they read allows. From the last statement backwards:
 * the next is one of the same equation that no statement before it needs any more. If there is none, it is one of an equation
 * that no other reads any more, or else the last that is left. So a statement only moves towards those that read it, and what
 * is heavy, a loop, does not move by itself.
 *
 * @param statements in some order in which they can be computed
 */
export function keptWhole(statements: readonly Value[], reads: Reads, equationOf: EquationOf): Value[] {
  const place = new Map(statements.map((statement, k) => [statement, k]));
  const read = statements.map((statement) => [...reads(statement)].filter((each) => each !== statement && place.has(each)));
  const equations = statements.map(equationOf);
  /** By statement: how many of those that read it are not placed yet. */
  const waiting = new Counts<Value>();
  /** By equation: how often statements of others that are not placed yet read it. */
  const outside = new Counts<string>();
  const count = (k: number, by: 1 | -1): void => {
    for (const each of read[k]!) {
      waiting.add(each, by);
      const equation = equations[place.get(each)!]!;
      if (equation !== equations[k]) outside.add(equation, by);
    }
  };
  statements.forEach((_, k) => count(k, 1));
  const left = new Set(statements.keys());
  const isReady = (k: number): boolean => left.has(k) && waiting.of(statements[k]!) === 0;
  /** By equation: the positions of its statements that are left, increasing. */
  const open = new Map<string, number[]>();
  for (const equation of equations) open.set(equation, []);
  equations.forEach((equation, k) => open.get(equation)!.push(k));
  const result: Value[] = [];
  let equation: string | null = null;
  for (let last = statements.length - 1; last >= 0; ) {
    const near = Array.from({ length: Math.min(REACH, last + 1) }, (_, k) => last - k);
    const next: number =
      (equation === null ? undefined : open.get(equation)!.findLast(isReady)) ??
      near.find((k) => isReady(k) && outside.of(equations[k]!) === 0 && statements[k]!.kind !== 'loop') ??
      last;
    equation = equations[next]!;
    open.get(equation)!.splice(open.get(equation)!.indexOf(next), 1);
    left.delete(next);
    count(next, -1);
    result.push(statements[next]!);
    while (last >= 0 && !left.has(last)) last--;
  }
  return result.reverse();
}

class Counts<K> {
  readonly #counts = new Map<K, number>();

  add(key: K, by: number): void {
    this.#counts.set(key, this.of(key) + by);
  }

  of(key: K): number {
    return this.#counts.get(key) ?? 0;
  }
}

/**
 * Puts each statement that only one other needs, of the same equation and beside it, together with that one.
 *
 * @param escaping what is needed when the block ends
 * @param isNamed whether the value is what the program calls by a name
 */
export function units(
  statements: readonly Value[],
  reads: Reads,
  equationOf: EquationOf,
  escaping: ReadonlySet<Value>,
  isNamed: (value: Value) => boolean,
): Unit[] {
  const runs = runsOf(statements, equationOf);
  const parts = new Map<Value, Value[]>();
  const root = new Map<Value, Value>();
  /** By statement: those that its results go into; null where that is not one alone, or a loop. */
  const goesInto = new Map<Value, Value | null>([...escaping].map((value) => [value, null]));
  const rootOf = (statement: Value): Value => {
    const into = goesInto.get(statement) ?? null;
    const isPart = into !== null && statement.kind === 'tensor' && !isNamed(statement) && runs.get(statement) === runs.get(into);
    return isPart && parts.get(into)!.filter((part) => !isReshape(part)).length < MOST_PARTS ? into : statement;
  };
  for (const statement of statements.toReversed()) {
    const own = rootOf(statement);
    root.set(statement, own);
    if (own === statement) parts.set(statement, []);
    else parts.get(own)!.unshift(statement);
    const into = statement.kind === 'tensor' || statement.kind === 'list' ? own : null;
    for (const each of reads(statement)) goesInto.set(each, !goesInto.has(each) || goesInto.get(each) === into ? into : null);
  }
  return statements.filter((statement) => root.get(statement) === statement).map((value) => ({ value, parts: parts.get(value)! }));
}

/** By statement: the number of its run of one equation, which a loop ends. */
function runsOf(statements: readonly Value[], equationOf: EquationOf): ReadonlyMap<Value, number> {
  let run = 0;
  return new Map(
    statements.map((statement, k) => {
      const before = statements[k - 1];
      const goesOn =
        before !== undefined && before.kind !== 'loop' && statement.kind !== 'loop' && equationOf(before) === equationOf(statement);
      if (!goesOn) run++;
      return [statement, run];
    }),
  );
}

function isReshape({ code: [call] }: Value): boolean {
  return call === 'tf.reshape(';
}
