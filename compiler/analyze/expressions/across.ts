/**
 * `mean[lifted](x)`, `mean[batch](x)`: reductions over all examples, and over everything that a call is lifted over (semantics
 * 6.1). No result of an example may depend on one: its answer would depend on the other examples of the batch.
 */
import type { Body, BracketArg, Span } from '../../../grammar/ast.ts';
import type { AcrossFn, Axis, Node, Origin } from '../../graph/graph.ts';
import { isRagged } from '../../graph/spaces.ts';
import { operands } from '../../graph/walk.ts';
import { bracketAxes } from './brackets.ts';
import { describeName, describeType } from '../scope/describe.ts';
import { asNumber, number, toFloat } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import type { AcrossExamples } from '../scope/context.ts';

const FUNCTIONS: readonly string[] = ['sum', 'mean', 'max', 'min'] satisfies readonly AcrossFn[];
const isAcross = (name: string): name is AcrossFn => FUNCTIONS.includes(name);

type Word = 'batch' | 'lifted';

/** What the body of a block may reduce over: everything it is lifted over, if it keeps running values. */
export function reachOf(body: Body): AcrossExamples {
  const keeps = ({ statements }: Body): boolean =>
    statements.some(
      (statement) => statement.kind === 'running' || (statement.kind === 'match' && statement.arms.some((arm) => keeps(arm.body))),
    );
  return keeps(body) ? 'running' : null;
}

/** The argument that names examples, in `mean[batch, target](x)`. */
export function wordOf(brackets: readonly BracketArg[]): { readonly word: Word; readonly arg: BracketArg } | null {
  for (const arg of brackets) {
    if (arg.kind !== 'value' || arg.value.kind !== 'name' || arg.value.prime) continue;
    const { name } = arg.value;
    if (name === 'batch' || name === 'lifted') return { word: name, arg };
  }
  return null;
}

export function reduceAcross(
  name: string,
  x: Node,
  brackets: readonly BracketArg[],
  named: { readonly word: Word; readonly arg: BracketArg },
  here: Site,
  span: Span,
): Value {
  const { word, arg } = named;
  const fn = standing(name, word, arg, here);
  if (fn === null) return ERROR;
  const rest = brackets.filter((each) => each !== arg);
  const again = wordOf(rest);
  if (again !== null)
    return report(
      here,
      'E0806',
      again.arg.span,
      again.word === word ? `\`${word}\` stands twice` : '`lifted` holds `batch`: one of the two is enough',
    );
  if (number(x, name, here, span) === null) return ERROR;
  const axes = rest.length === 0 ? [] : bracketAxes(name, x, rest, here, span);
  if (axes === null) return ERROR;
  const ragged = [...typeOf(x).axes, ...typeOf(x).masks.flat()].find((axis) => isRagged(axis.space) && !axes.includes(axis));
  if (ragged !== undefined) {
    return report(here, 'E0806', span, `\`${name}[${word}]\` would keep the axis \`${ragged.label}\`, which is ragged`, {
      given: describeType(typeOf(x)),
      why: 'what is one for all examples has one shape',
      fix: `reduce it, too: \`${name}[${[word, ...axes, ragged].map(labelOf).join(', ')}](…)\``,
    });
  }
  const operand = name === 'mean' ? toFloat(x, here, span) : asNumber(x, here, span);
  here.ctx.across += 1;
  return tensor(here.ctx.builder.node({ kind: 'across', fn, axes: axes.map(({ id }) => id) }, [operand], origin(here, span)));
}

const labelOf = (axis: Axis | string): string => (typeof axis === 'string' ? axis : axis.label);

/** The reduction with that name, if it is allowed here; null: reported. */
function standing(name: string, word: Word, { span }: BracketArg, here: Site): AcrossFn | null {
  if (!isAcross(name)) {
    report(here, 'E0806', span, `\`${name}\` does not go over examples`, {
      expected: FUNCTIONS.map((each) => `\`${each}[${word}]\``).join(', '),
    });
    return null;
  }
  if (here.reach === null || (word === 'batch' && here.reach !== 'objective')) {
    const isBlock = here.reach === 'running';
    report(here, 'E0806', span, `\`${word}\` does not stand here`, {
      why: "a value that mixes examples is not an example's own: an answer would depend on its neighbours",
      fix: isBlock
        ? 'in a block with `running` values write `lifted`: all examples, and all that the block is lifted over'
        : word === 'batch'
          ? 'a mean over the batch belongs to an objective'
          : '`lifted` belongs to an objective, or to a block that keeps a `running` value for use outside training',
    });
    return null;
  }
  // Rounds are the same for all examples.
  if (here.loops.length > here.own.filter(({ round }) => round !== undefined).length || here.clocked) {
    report(
      here,
      'E0806',
      span,
      `\`${word}\` stands inside a ${here.clocked ? 'decoder or a causal model' : "`scan` or a decoder's step"}`,
      {
        why: here.clocked
          ? 'a position would see those to come'
          : 'examples have another number of steps each, and each step would have a value of its own',
        fix: 'move it outside',
      },
    );
    return null;
  }
  return name;
}

// ---------------------------------------------------------------- what depends on other examples

/** The shortest path from a root to a node with `isEnd`, both included; null if there is none. */
export function pathTo(
  roots: readonly Node[],
  isEnd: (node: Node) => boolean,
  next: (node: Node) => readonly Node[] = operands,
): readonly Node[] | null {
  const from = new Map<Node, Node | null>(roots.map((root) => [root, null]));
  for (const [node] of from) {
    if (isEnd(node)) {
      const path: Node[] = [];
      for (let at: Node | null = node; at !== null; at = from.get(at) ?? null) path.unshift(at);
      return path;
    }
    for (const each of next(node)) if (!from.has(each)) from.set(each, node);
  }
  return null;
}

/** "`y` reads `h`, which reads `m`, which reads this expression": the named values on a path. */
export function chainOf(first: string, path: readonly Node[], last: string): string {
  const names = path.slice(0, -1).flatMap(({ origin: { name } }) => (name === null ? [] : [describeName(name)]));
  const words = [first, ...names, last].filter((word, k, all) => word !== all[k - 1]);
  return words
    .slice(1)
    .map((word, k) => `${k === 0 ? `${words[0]} reads` : 'which reads'} ${word}`)
    .join(', ');
}

/** False (reported) if a result of a model, outside training, depends on other examples. */
export function apartFromOthers(results: ReadonlyMap<string, Node>, here: Site): boolean {
  if (here.ctx.training) return true;
  for (const [name, node] of results) {
    const path = pathTo([node], ({ op }) => op.kind === 'across');
    const end = path?.at(-1);
    if (path === null || end === undefined) continue;
    const place = ({ file, start, end: last }: Origin): { file: string; start: number; end: number } => ({ file, start, end: last });
    const calls = path.flatMap(({ op, origin: at }) =>
      op.kind === 'call' ? [{ place: place(at), message: `in this call of \`${op.callee}\`` }] : [],
    );
    here.ctx.problems.report({
      code: 'E0505',
      severity: 'error',
      place: place(end.origin),
      message: `\`${name}\` depends on the other examples of the batch: this mixes them`,
      why: `an example would have another answer in other company; here ${chainOf(`\`${name}\``, path, 'this expression')}`,
      fix: 'let it reach only an objective, the equation of a `running` value, or the first branch of `if training then … else …`',
      related: [...calls.reverse().slice(0, 3), ...(here.ctx.found === null ? [] : [here.ctx.found])],
    });
    return false;
  }
  return true;
}
