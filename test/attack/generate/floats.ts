/** Ways to write a float: elementwise, reduced, masked, indexed, grouped, sorted, contracted. */
import type { UnaryFn } from '../../../compiler/graph/graph.ts';
import { UNARY } from '../../../compiler/graph/operations/unary.ts';
import type { Construct, Writer } from './writer.ts';
import { part, sameAxes, subset, without, type Ends, type Want } from './scope.ts';

/** Functions of floats, from the compiler's own table: those that are finite for every number, and the others. */
const WORDS = (Object.keys(UNARY) as UnaryFn[]).filter(
  (fn) => UNARY[fn].word && (UNARY[fn].takes === 'float' || UNARY[fn].takes === 'number'),
);
const TOTAL = WORDS.filter((fn) => UNARY[fn].weak === null);
const PARTIAL = WORDS.filter((fn) => UNARY[fn].weak !== null);

/** Of what is in its domain. */
function within(fn: UnaryFn, x: string): string {
  const at = UNARY[fn].weak?.at;
  return at === 'zero' ? `${fn}(abs(${x}) + 0.1)` : at === 'negative' ? `${fn}(abs(${x}))` : `${fn}(${x})`;
}

const any = (): boolean => true;
const joined = (ends: Ends, ...more: readonly string[]): Ends => (ends === 'all' ? 'all' : [...ends, ...more]);

/** Axes that can be reduced: along a clock only copies of it, seen from a position of it. */
export function reducible(want: Want, writer: Writer): readonly string[] {
  const { scope, axes } = want;
  return writer
    .others(
      want,
      ({ label, dim }) =>
        label !== scope.clock &&
        (dim !== scope.clock || axes.includes(scope.clock)) &&
        scope.axes.every(({ inside }) => inside !== label || !axes.some((each) => writer.axis(scope, each).inside === label)),
    )
    .map(({ label }) => label);
}

function reduction(writer: Writer, want: Want, fns: readonly string[], most: number): string {
  const over = writer.chance
    .shuffled(reducible(want, writer))
    .slice(0, writer.chance.between(1, most))
    .filter((label, _, all) => {
      const { inside } = writer.axis(want.scope, label);
      return inside === undefined || want.axes.includes(inside) || all.includes(inside);
    });
  const gone = over.length > 0 ? over : [reducible(want, writer)[0]!];
  return `${writer.chance.pick(fns)}[${gone.join(', ')}](${writer.inner(want, { axes: [...want.axes, ...gone], ends: joined(want.ends, ...gone) })})`;
}

/** Copies among the wanted axes whose original is not. */
function copies({ scope, axes }: Want, writer: Writer): readonly { readonly copy: string; readonly base: string }[] {
  return axes.flatMap((label) => {
    const { dim } = writer.axis(scope, label);
    return dim !== label && scope.axes.some((axis) => axis.label === dim) && !axes.includes(dim) && !scope.scanned.includes(dim)
      ? [{ copy: label, base: dim }]
      : [];
  });
}

/** Axes over which order and both ends are known: no clock. */
function free({ scope, axes }: Want, writer: Writer): readonly string[] {
  return axes.filter((label) => {
    const axis = writer.axis(scope, label);
    return axis.dim !== scope.clock && axis.inside === undefined && !scope.axes.some(({ inside }) => inside === label);
  });
}

const unary =
  (names: readonly string[]) =>
  (want: Want, writer: Writer): string =>
    `${writer.chance.pick(names)}(${writer.inner(want)})`;

function two(want: Want, writer: Writer, changed: Partial<Want> = {}): readonly [string, string] {
  const pair: [string, string] = [writer.inner(want, changed), writer.inner(want, { ...changed, axes: part(writer.chance, want.axes) })];
  return writer.chance.is(0.5) ? pair : [pair[1], pair[0]];
}

export const FLOATS: readonly Construct[] = [
  {
    name: 'bounded function',
    weight: 6,
    elem: 'float',
    fits: any,
    write: unary(['-', ...TOTAL]),
  },
  {
    name: 'function with a domain',
    weight: 2,
    elem: 'float',
    fits: any,
    write: (want, writer) =>
      writer.chance.pick([...PARTIAL.map((fn) => within(fn, writer.inner(want))), `log2(1 + abs(${writer.inner(want)}))`]),
  },
  {
    name: 'power',
    weight: 2,
    elem: 'float',
    fits: any,
    write: (want, writer) => `(${writer.inner(want)} ^ ${writer.chance.pick(['2', '3', '2', '1', '0'])})`,
  },
  {
    name: 'real power',
    weight: 0.5,
    elem: 'float',
    fits: any,
    write: (want, writer) => `((abs(${writer.inner(want)}) + 0.1) ^ ${writer.chance.pick(['0.5', '-0.5', '1.5', '-2'])})`,
  },
  { name: 'stop', weight: 0.5, elem: 'float', fits: any, write: unary(['stop']) },
  {
    name: 'sum, difference, product',
    weight: 8,
    elem: 'float',
    fits: any,
    write: (want, writer) =>
      two(want, writer)
        .join(` ${writer.chance.pick(['+', '-', '*'])} `)
        .replace(/^(.*)$/su, '($1)'),
  },
  {
    name: 'quotient',
    weight: 2,
    elem: 'float',
    fits: any,
    write: (want, writer) => {
      const [a, b] = two(want, writer);
      return `(${a} / (0.5 + abs(${b})))`;
    },
  },
  {
    name: 'max, min',
    weight: 1,
    elem: 'float',
    fits: any,
    write: (want, writer) => `${writer.chance.pick(['max', 'min'])}(${two(want, writer).join(', ')})`,
  },
  { name: 'clamp', weight: 1, elem: 'float', fits: any, write: (want, writer) => `clamp(${writer.inner(want)}, -0.5, 0.8)` },
  {
    name: 'outer product',
    weight: 2,
    elem: 'float',
    fits: ({ axes }) => axes.length >= 2,
    write: (want, writer) => {
      const [first, ...rest] = writer.chance.shuffled(want.axes);
      const a = writer.inner(want, { axes: [first!] });
      const b = writer.inner(want, { axes: rest });
      return writer.chance.is(0.5) ? `(${a} * ${b})` : `outer(${a} ${writer.chance.pick(['-', '+'])} ${b})`;
    },
  },
  {
    name: 'from a whole number',
    weight: 1.5,
    elem: 'float',
    fits: any,
    write: (want, writer) => `(0.1 * ${writer.inner(want, { elem: 'int' })})`,
  },
  {
    name: 'power of a whole number',
    weight: 0.5,
    elem: 'float',
    fits: any,
    write: (want, writer) => `(0.01 * ${writer.inner(want, { elem: 'int' })} ^ ${writer.chance.pick(['2', '3'])})`,
  },
  {
    name: 'if',
    weight: 2,
    elem: 'float',
    fits: any,
    write: (want, writer) =>
      `(if ${writer.inner(want, { elem: 'bool', axes: part(writer.chance, want.axes) })} then ${writer.inner(want)} else ${writer.inner(want, { axes: part(writer.chance, want.axes) })})`,
  },
  {
    name: 'zeros, ones',
    weight: 0.5,
    elem: 'float',
    fits: ({ axes, scope }, writer) =>
      axes.length > 0 &&
      subset(
        axes,
        writer.fixed(scope).map(({ label }) => label),
      ),
    write: ({ axes }, writer) => `${writer.chance.pick(['zeros', 'ones'])}[${axes.join(', ')}]`,
  },

  {
    name: 'sum, mean',
    weight: 5,
    elem: 'float',
    fits: (want, writer) => reducible(want, writer).length > 0,
    write: (want, writer) => reduction(writer, want, ['sum', 'mean'], 2),
  },
  {
    name: 'max, min over an axis',
    weight: 3,
    elem: 'float',
    fits: (want, writer) => reducible(want, writer).length > 0,
    write: (want, writer) => reduction(writer, want, ['max', 'min'], 2),
  },
  {
    name: 'prod',
    weight: 1,
    elem: 'float',
    fits: (want, writer) => reducible(want, writer).length > 0,
    write: (want, writer) => reduction(writer, want, ['prod'], 1),
  },
  {
    name: 'softmax',
    weight: 3,
    elem: 'float',
    fits: (want, writer) => free(want, writer).length > 0,
    write: (want, writer) => {
      const over = writer.chance.pick(free(want, writer));
      return `softmax[${over}](${writer.inner(want, { ends: joined(want.ends, over) })})`;
    },
  },
  {
    name: 'log_softmax',
    weight: 1,
    elem: 'float',
    fits: (want, writer) => free(want, writer).length > 0,
    write: (want, writer) => `log_softmax[${writer.chance.pick(free(want, writer))}](${writer.inner(want, { ends: [] })})`,
  },
  {
    name: 'cumsum, cumprod',
    weight: 2,
    elem: 'float',
    fits: ({ axes, scope }, writer) =>
      axes.some(
        (label) =>
          writer.axis(scope, label).inside === undefined && (writer.axis(scope, label).dim !== scope.clock || label === scope.clock),
      ),
    write: (want, writer) => {
      const over = writer.chance.pick(
        want.axes.filter(
          (label) =>
            writer.axis(want.scope, label).inside === undefined &&
            (writer.axis(want.scope, label).dim !== want.scope.clock || label === want.scope.clock),
        ),
      );
      return `${writer.chance.pick(['cumsum', 'cumprod'])}[${over}](${writer.inner(want, { ends: joined(want.ends, over) })}${writer.chance.is(0.3) ? ', exclusive' : ''})`;
    },
  },
  {
    name: 'cross_entropy',
    weight: 1,
    elem: 'float',
    fits: (want, writer) => writer.others(want, ({ ragged, ofCall, label, dim }) => !ragged && ofCall !== true && label === dim).length > 0,
    write: (want, writer) => {
      const over = writer.chance.pick(
        writer.others(want, ({ ragged, ofCall, label, dim }) => !ragged && ofCall !== true && label === dim),
      ).label;
      const logits = writer.inner(want, { axes: [...want.axes, over], ends: [] });
      const target = writer.chance.is(0.6)
        ? writer.inner(want, { elem: `index(${over})`, ends: [] })
        : `softmax[${over}](${writer.inner(want, { axes: [...want.axes, over], ends: [] })})`;
      return `cross_entropy[${over}](${logits}, ${target})`;
    },
  },
  {
    name: 'onehot',
    weight: 0.7,
    elem: 'float',
    fits: ({ axes, scope }, writer) =>
      axes.some(
        (label) =>
          writer.axis(scope, label).dim === label && !writer.axis(scope, label).ragged && writer.axis(scope, label).ofCall !== true,
      ),
    write: (want, writer) => {
      const over = writer.chance.pick(
        want.axes.filter(
          (label) =>
            writer.axis(want.scope, label).dim === label &&
            !writer.axis(want.scope, label).ragged &&
            writer.axis(want.scope, label).ofCall !== true,
        ),
      );
      return `onehot[${over}](${writer.inner(want, { elem: `index(${over})`, axes: without(want.axes, over), ends: [] })})`;
    },
  },

  {
    name: 'where',
    weight: 6,
    elem: 'float',
    fits: ({ axes, ends }) => axes.length > 0 && (ends === 'all' || axes.some((label) => ends.includes(label))),
    write: (want, writer) => {
      const must = want.ends === 'all' ? want.axes : want.axes.filter((label) => want.ends.includes(label));
      const mask = [...new Set([writer.chance.pick(must), ...writer.chance.some(want.axes, 0.3)])];
      const condition = writer.inner(want, { elem: 'bool', axes: mask, ends: [] });
      // What is absent may be anything.
      if (writer.chance.is(0.4) && want.scope.poison)
        return `((if ${condition} then ${writer.inner(want)} else poison) where ${condition})`;
      return `(${writer.inner(want)} where ${condition})`;
    },
  },
  {
    name: 'else',
    weight: 3,
    elem: 'float',
    fits: ({ axes }) => axes.length > 0,
    write: (want, writer) => {
      const mask = part(writer.chance, want.axes);
      return `(${writer.inner(want, { ends: want.axes })} where ${writer.inner(want, { elem: 'bool', axes: mask, ends: [] })} else ${writer.inner(want, { axes: part(writer.chance, want.axes) })})`;
    },
  },

  {
    name: 'a step back',
    weight: 4,
    elem: 'float',
    fits: ({ axes, scope }, writer) => steady(axes, scope, writer).length > 0,
    write: (want, writer) => {
      const along = writer.chance.pick(steady(want.axes, want.scope, writer));
      const ahead = writer.axis(want.scope, along).dim !== want.scope.clock && writer.chance.is(0.3);
      return `(${writer.inner(want, { ends: [] })}[${along} = ${writer.position(want.scope, along)} ${ahead ? '+' : '-'} ${writer.chance.between(1, 3)}] else ${writer.inner(want, { axes: part(writer.chance, want.axes) })})`;
    },
  },
  {
    name: 'a position by its number',
    weight: 2,
    elem: 'float',
    fits: (want, writer) => takable(want, writer).length > 0,
    write: (want, writer) => {
      const from = writer.chance.pick(takable(want, writer));
      const value = writer.inner(want, { axes: [...want.axes, from], ends: [] });
      const index = writer.inner(want, { elem: 'int', axes: part(writer.chance, want.axes), ends: [] });
      const { ragged, ofCall } = writer.axis(want.scope, from);
      const sized = !ragged && ofCall !== true;
      return writer.chance.pick([
        `(${value}[${from} = ${index}] else ${writer.inner(want, { axes: [] })})`,
        sized ? `${value}[${from} = ${index} mod ${writer.axis(want.scope, from).dim}]` : `(${value}[${from} = ${index}] else 0.25)`,
        sized
          ? `${value}[${from} = clamp(${index}, 0, ${writer.axis(want.scope, from).dim} - 1)]`
          : `(${value}[${from} = ${index}] else 0)`,
      ]);
    },
  },
  {
    name: 'first, last',
    weight: 2,
    elem: 'float',
    fits: (want, writer) => takable(want, writer).length > 0,
    write: (want, writer) => {
      const from = writer.chance.pick(takable(want, writer));
      const taken = `${writer.inner(want, { axes: [...want.axes, from], ends: [] })}[${from} = ${writer.chance.pick(['first', 'last'])}]`;
      return writer.axis(want.scope, from).mayBeEmpty ? `(${taken} else 0.3)` : taken;
    },
  },
  {
    name: 'a position by its index',
    weight: 3,
    elem: 'float',
    fits: (want, writer) => takable(want, writer).some((label) => writer.axis(want.scope, label).dim === label),
    write: (want, writer) => {
      const from = writer.chance.pick(takable(want, writer).filter((label) => writer.axis(want.scope, label).dim === label));
      const value = writer.inner(want, { axes: [...want.axes, from], ends: [] });
      const taken = `${value}[${from} = ${writer.inner(want, { elem: `index(${from})`, axes: part(writer.chance, want.axes), ends: [] })}]`;
      return writer.axis(want.scope, from).mayBeEmpty ? `(${taken} else 0)` : taken;
    },
  },

  {
    name: 'as',
    weight: 4,
    elem: 'float',
    fits: (want, writer) => copies(want, writer).length > 0,
    write: (want, writer) => {
      const { copy, base } = writer.chance.pick(copies(want, writer));
      return `${writer.inner(want, { axes: want.axes.map((label) => (label === copy ? base : label)), ends: [] })}[${base} as ${copy}]`;
    },
  },
  {
    name: 'upto',
    weight: 5,
    elem: 'float',
    fits: (want, writer) => bounded(want, writer).length > 0,
    write: (want, writer) => {
      const { copy, base } = writer.chance.pick(bounded(want, writer));
      const rest = without(want.axes, copy, base);
      const past = `${writer.inner(want, { axes: [...part(writer.chance, rest), base], ends: [] })}[upto ${base} as ${copy}]`;
      return `(${writer.inner(want, { ends: joined(want.ends) })} ${writer.chance.pick(['*', '+', '-'])} ${past})`;
    },
  },
  {
    name: 'merge and split',
    weight: 1,
    elem: 'float',
    fits: (want, writer) => mergeable(want, writer).length > 1,
    write: (want, writer) => {
      const [a, b] = writer.chance.shuffled(mergeable(want, writer)).slice(0, 2);
      return `${writer.inner(want, { ends: [] })}[(${a}, ${b}) as both][both as (${a}, ${b})]`;
    },
  },
  {
    name: 'reduction of a merged axis',
    weight: 1,
    elem: 'float',
    fits: (want, writer) => pair(want, writer) !== null,
    write: (want, writer) => {
      const [a, b] = pair(want, writer)!;
      return `${writer.chance.pick(['sum', 'mean', 'max'])}[both](${writer.inner(want, { axes: [...want.axes, a, b], ends: [a, b] })}[(${a}, ${b}) as both])`;
    },
  },
  {
    name: 'stack',
    weight: 1.5,
    elem: 'float',
    fits: any,
    write: (want, writer) => {
      const parts = `stack[side](${writer.inner(want, { ends: [] })}, ${writer.inner(want, { ends: [] })})`;
      return writer.chance.pick([`${parts}[side = ${writer.chance.below(2)}]`, `sum[side](${parts})`, `max[side](${parts})`]);
    },
  },
  {
    name: 'concat',
    weight: 2,
    elem: 'float',
    fits: (want, writer) => takable(want, writer).length > 0,
    write: (want, writer) => {
      const along = writer.chance.pick(takable(want, writer));
      const operands = writer.chance.is(0.5)
        ? `concat[${along} as long](${writer.inner(want, { axes: [...want.axes, along], ends: [] })}, ${writer.inner(want, { axes: [...want.axes, along], ends: [] })})`
        : `concat[long](${writer.inner(want, { ends: [] })}, ${writer.inner(want, { axes: [...want.axes, along], ends: [] })})`;
      return writer.chance.pick([
        `sum[long](${operands})`,
        `mean[long](${operands})`,
        `max[long](${operands})`,
        `(${operands}[long = ${writer.chance.below(3)}] else 0.1)`,
        `sum[long](cumsum[long](${operands}))`,
      ]);
    },
  },

  {
    name: 'group',
    weight: 2,
    elem: 'float',
    fits: (want, writer) => groups(want, writer).length > 0,
    write: (want, writer) => {
      const into = writer.chance.pick(groups(want, writer));
      const rest = without(want.axes, into);
      const over = writer.chance.pick(
        reducible({ ...want, axes: rest }, writer).filter((label) => label !== into && writer.axis(want.scope, label).inside === undefined),
      );
      const fn = writer.chance.pick(['sum', 'sum', 'mean', 'max', 'min', 'prod']);
      const by = writer.chance.is(0.5)
        ? `by ${writer.inner(want, { elem: `index(${into})`, axes: [over], ends: [] })}`
        : `by ${into} = ${writer.inner(want, { elem: 'int', axes: [over], ends: [] })}`;
      return `${fn}[${over} ${by}](${writer.inner(want, { axes: [...rest, over], ends: [over] })})`;
    },
  },
  {
    name: 'softmax of groups',
    weight: 1,
    elem: 'float',
    fits: (want, writer) => free(want, writer).length > 0 && spaces(want, writer).length > 0,
    write: (want, writer) => {
      const over = writer.chance.pick(free(want, writer));
      return `softmax[${over} by ${writer.inner(want, { elem: `index(${writer.chance.pick(spaces(want, writer))})`, axes: [over], ends: [] })}](${writer.inner(want, { ends: [over] })})`;
    },
  },
  {
    name: 'sort',
    weight: 1.5,
    elem: 'float',
    fits: (want, writer) => free(want, writer).some((label) => writer.axis(want.scope, label).dim === label),
    write: (want, writer) => {
      const over = writer.chance.pick(free(want, writer).filter((label) => writer.axis(want.scope, label).dim === label));
      return `${writer.inner(want, { ends: [] })}[${over} = argsort[${over} as rank](${writer.inner(want, { axes: [over, ...part(writer.chance, without(want.axes, over))], ends: [] })})][rank as ${over}]`;
    },
  },

  {
    name: 'map',
    weight: 4,
    elem: 'float',
    fits: ({ axes, scope }, writer) => axes.some((label) => writer.fixed(scope).some((axis) => axis.label === label)),
    write: (want, writer) => {
      const { scope } = want;
      const fixed = writer.fixed(scope).map(({ label }) => label);
      const out = writer.chance.pick(want.axes.filter((label) => fixed.includes(label)));
      const rest = without(want.axes, out);
      const into = writer.chance.pick([out, ...fixed.filter((label) => !rest.includes(label) && !scope.scanned.includes(label))]);
      const map = writer.fresh('W');
      scope.body.lines.push(`param ${map}: [${writer.axisText(scope, out)} <- ${writer.axisText(scope, into)}]`);
      const value = writer.inner(want, {
        axes: [...rest, into],
        ends: want.ends === 'all' ? rest : want.ends.filter((label) => rest.includes(label)),
      });
      if (into !== out)
        return writer.chance.pick([
          `(${map} @ ${value})`,
          `(${map} @ transpose(${map}) @ ${map} @ ${value})`,
          `((0.5 * ${map}) @ ${value})`,
        ]);
      return writer.chance.pick([
        `(${map} @ ${value})`,
        `(transpose(${map}) @ ${value})`,
        `(${map} @ ${map} @ ${value})`,
        `((${map} - transpose(${map})) @ ${value})`,
        `(dropout(${map}, 0.3) @ ${value})`,
      ]);
    },
  },
  {
    name: 'contraction',
    weight: 3,
    elem: 'float',
    fits: (want, writer) => reducible(want, writer).length > 0,
    write: (want, writer) => {
      const over = writer.chance.pick(
        reducible(want, writer).filter((label) => {
          const { inside } = writer.axis(want.scope, label);
          return inside === undefined || want.axes.includes(inside);
        }),
      );
      const a = writer.inner(want, { axes: [...want.axes, over], ends: [over] });
      return `(${a} @[${over}] ${writer.inner(want, { axes: [...(writer.axis(want.scope, over).inside === undefined ? [] : [writer.axis(want.scope, over).inside!]), ...(sameAxes(want.axes, []) ? [] : writer.chance.some(want.axes, 0.3)), over].filter((label, k, all) => all.indexOf(label) === k), ends: [over] })})`;
    },
  },
  { name: 'dropout', weight: 0.7, elem: 'float', fits: any, write: (want, writer) => `dropout(${writer.inner(want)}, 0.4)` },
  {
    name: 'training',
    weight: 0.4,
    elem: 'float',
    fits: any,
    write: (want, writer) => `(if training then ${writer.inner(want)} else ${writer.inner(want)})`,
  },
  {
    name: 'sample normal, uniform',
    weight: 0.7,
    elem: 'float',
    fits: ({ axes }) => axes.length > 0,
    write: ({ axes }, writer) => `(sample ${writer.chance.pick(['normal', 'uniform'])}[${axes.join(', ')}]())`,
  },
];

/** Axes whose positions may change: no inner ones, nor what those are counted along. */
function steady(axes: readonly string[], scope: Want['scope'], writer: Writer): readonly string[] {
  return axes.filter((label) => writer.axis(scope, label).inside === undefined && !scope.axes.some(({ inside }) => inside === label));
}

/** Axes that a value may have besides, of which one position is taken: not a clock's. */
function takable(want: Want, writer: Writer): readonly string[] {
  const { scope } = want;
  return writer
    .others(
      want,
      ({ label, dim, inside }) => dim !== scope.clock && inside === undefined && !scope.axes.some((axis) => axis.inside === label),
    )
    .map(({ label }) => label);
}

function mergeable({ scope, axes }: Want, writer: Writer): readonly string[] {
  return axes.filter((label) => {
    const axis = writer.axis(scope, label);
    return axis.dim !== scope.clock && axis.inside === undefined && !axis.mayBeEmpty && !scope.axes.some(({ inside }) => inside === label);
  });
}

/** Two axes more that can be merged. */
function pair(want: Want, writer: Writer): readonly [string, string] | null {
  const found = takable(want, writer).filter((label) => !writer.axis(want.scope, label).mayBeEmpty);
  return found.length < 2 ? null : [found[0]!, found[1]!];
}

/** Wanted axes into which something can be grouped. */
function groups(want: Want, writer: Writer): readonly string[] {
  const { scope, axes } = want;
  return axes.filter((label) => {
    const axis = writer.axis(scope, label);
    return (
      axis.dim === label &&
      axis.inside === undefined &&
      axis.ofCall !== true &&
      label !== scope.clock &&
      !scope.axes.some(({ inside }) => inside === label) &&
      reducible({ ...want, axes: without(axes, label) }, writer).some(
        (over) => over !== label && writer.axis(scope, over).inside === undefined && writer.axis(scope, over).dim !== scope.clock,
      )
    );
  });
}

/** Dims that an index may count. */
export function spaces({ scope }: Want, writer: Writer): readonly string[] {
  return writer
    .fixed(scope)
    .filter(({ label, dim }) => label === dim && !scope.scanned.includes(label))
    .map(({ label }) => label);
}

/** A copy and its original, both wanted: positions behind one's own may be absent. */
function bounded({ scope, axes, ends }: Want, writer: Writer): readonly { readonly copy: string; readonly base: string }[] {
  return axes.flatMap((label) => {
    const { dim, inside } = writer.axis(scope, label);
    return inside === undefined && dim !== label && axes.includes(dim) && (ends === 'all' || ends.includes(label))
      ? [{ copy: label, base: dim }]
      : [];
  });
}
