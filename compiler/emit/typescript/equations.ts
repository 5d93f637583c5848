/**
 * Statements that stand together because one equation of the program made them: their order in a block, and which of them are
 * only steps on the way to another.
 */
import { inputsOf, type Value } from './value.ts';

/** The equation that a value is computed for, by its place; '' where no text stands for it. */
export type EquationOf = (value: Value) => string;

/** The statements whose text or body reads what a statement of the same block gives. */
export type Reads = (statement: Value) => Iterable<Value>;

/** A statement with the steps that nothing else needs, in the order in which they are computed. */
export interface Unit {
  readonly value: Value;
  readonly parts: readonly Value[];
}

/**
 * Of tensors that live until the last step of a unit. Each may be as large as an activation, so a long equation is cut.
 * Reshapes share the numbers of what they reshape and do not count.
 */
const MOST_PARTS = 8;

/** Values on the way to the one that has their equation's name: passes give what they make for an equation its origin. */
export function onTheWay(values: Iterable<Value>): ReadonlySet<Value> {
  const result = new Set<Value>();
  for (const value of values) {
    if (value.origin.name === null) continue;
    for (const input of inputsOf(value)) if (isSameEquation(value, input)) result.add(input);
  }
  return result;
}

function isSameEquation({ origin: a }: Value, { origin: b }: Value): boolean {
  return a.name === b.name && a.start === b.start && a.file === b.file;
}

/**
 * The statements in an order that keeps equations whole, as far as what they read allows. From the last statement backwards:
 * the next is one of the same equation that no statement before it needs any more, or else the last that is left. So a
 * statement only moves towards those that read it, and what it makes lives no longer than before.
 *
 * @param statements in some order in which they can be computed
 */
export function keptWhole(statements: readonly Value[], reads: Reads, equationOf: EquationOf): Value[] {
  /** By statement: how many of those that read it are not placed yet. */
  const waiting = new Map(statements.map((statement) => [statement, 0]));
  const others = (statement: Value): Value[] => [...reads(statement)].filter((each) => each !== statement && waiting.has(each));
  for (const statement of statements) for (const each of others(statement)) waiting.set(each, waiting.get(each)! + 1);
  const place = new Map(statements.map((statement, k) => [statement, k]));
  const ready = new Map<string, Value[]>();
  const free = (statement: Value): void => {
    const equation = equationOf(statement);
    ready.set(
      equation,
      [...(ready.get(equation) ?? []), statement].sort((a, b) => place.get(a)! - place.get(b)!),
    );
  };
  for (const statement of statements) if (waiting.get(statement) === 0) free(statement);
  const left = new Set(statements);
  const result: Value[] = [];
  let open: Value[] = [];
  for (let last = statements.length - 1; last >= 0; ) {
    const statement = open.pop() ?? statements[last]!;
    left.delete(statement);
    result.push(statement);
    for (const each of others(statement)) {
      waiting.set(each, waiting.get(each)! - 1);
      if (waiting.get(each) === 0) free(each);
    }
    const equation = equationOf(statement);
    open = (ready.get(equation) ?? []).filter((each) => left.has(each));
    ready.set(equation, open);
    while (last >= 0 && !left.has(statements[last]!)) last--;
  }
  return result.reverse();
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
