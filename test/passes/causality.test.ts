/** What each operation inside a clock may do, on graphs: also what no program of the language comes to. */
import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder, NOWHERE } from '../../compiler/graph/builder.ts';
import type { Axis, Node, Origin } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { lookahead, type Lookahead } from '../../compiler/passes/clock/causality.ts';
import { axis, dim, floats, index, INT } from '../graph/support.ts';

const time: Axis = { ...axis('time#1', dim('time', { ragged: true })), label: 'time' };
const key: Axis = { ...time, id: 'key' };
const [source, d] = [axis('source'), axis('d', 3)];
const named = (name: string): Origin => ({ ...NOWHERE, name });

/** Of a clock over `x` [time, d], `e` [time] and `k`, a position of the clock for each source. */
function faults(make: (b: Builder, x: Node, e: Node) => Node | readonly Node[], names: readonly string[] = ['out']): readonly Lookahead[] {
  const b = new Builder();
  const args = [b.argument(floats(time, d), named('x')), b.argument(floats(time))];
  const made = make(b, args[0]!, args[1]!);
  const results = 'op' in made ? [made] : made;
  return lookahead(
    b.clock(
      time,
      args.map((arg, k) => ({ arg, value: b.input(`given${k}`, arg.types[0]!) })),
      results,
    ),
    names,
  );
}

const told = (make: Parameters<typeof faults>[0]): readonly string[] =>
  faults(make).map(({ kind, what, fix }) => `${kind}: ${what}${fix === null ? '' : `; ${fix}`}`);

describe('looks ahead', () => {
  const toTime = (b: Builder): Node => b.input('k', index(time, source));
  it.each<[string, Parameters<typeof faults>[0], readonly string[]]>([
    ['a sum from the end', (b, x) => b.cumsum(x, time.id, { reversed: true }), ['future: a running sum along `time` in reverse']],
    ['a product from the end', (b, x) => b.cumprod(x, time.id, { reversed: true }), ['future: a running product along `time` in reverse']],
    ['a sum so far', (b, x) => b.cumsum(x, time.id), []],
    ['a sum from the end of another axis', (b, x) => b.cumsum(x, 'd', { reversed: true }), []],
    ['a part of the clock', (b, x) => b.slice(x, time.id, size.int(0), axis('two', 2)), ['future: a part of `time` by its positions']],
    ['a part of another axis', (b, x) => b.slice(x, 'd', size.int(1), null), []],
    [
      'what is written to any position, for each position',
      (b, _x, e) => b.scatter(b.broadcast(b.rename(e, time.id, key), [source, key]), toTime(b), time, ['source']),
      ['future: a sum `by` positions of `time` writes to any of them'],
    ],
    ['what is written to any position once', (b) => b.scatter(b.input('m', floats(source)), toTime(b), time, ['source']), []],
    [
      'what is written to another axis',
      (b, _x, e) => b.scatter(b.broadcast(e, [source, time]), b.input('i', index(d, source)), d, ['source']),
      [],
    ],
    [
      'one position in front that has no name',
      (b, _x, e) =>
        b.concat({ ...key, id: 'longer' }, [
          [b.constant(1), null],
          [e, time.id],
        ]),
      [
        'future: `concat` along `time` moves its positions; let each position read the one before it: `x[time = position[time] - 1] else start`',
      ],
    ],
    [
      'two positions in front',
      (b, _x, e) =>
        b.concat({ ...key, id: 'longer' }, [
          [b.constant(1), null],
          [b.constant(2), null],
          [e, time.id],
        ]),
      [
        'future: `concat` along `time` moves its positions; keep the parts apart, reduce each by itself, and add: `sum[a](u * x) + sum[b](v * y)`',
      ],
    ],
    [
      'one position behind',
      (b, _x, e) =>
        b.concat({ ...key, id: 'longer' }, [
          [e, time.id],
          [b.constant(1), null],
        ]),
      [
        'future: `concat` along `time` moves its positions; keep the parts apart, reduce each by itself, and add: `sum[a](u * x) + sum[b](v * y)`',
      ],
    ],
    [
      'a joining of another axis',
      (b, x, e) =>
        b.concat(axis('more', 4), [
          [x, 'd'],
          [e, null],
        ]),
      [],
    ],
    [
      'how long it is',
      (b, x) => b.binary('mul', x, b.unary('float', b.size(size.atom('time')))),
      ['future: the length of `time`, or its last position, is known only at the end; the positions so far are `position[time] + 1`'],
    ],
    ['how long another axis is', (b, x) => b.binary('mul', x, b.unary('float', b.size(size.atom('source')))), []],
    [
      'the next position',
      (b, x) => b.gather(x, b.binary('add', b.unary('int', b.position(time)), b.constant(1, 'int')), time.id),
      ['future: `[time = …]` may read a later position; an earlier one is `position[time] - n`, or `min(i, position[time])`'],
    ],
    ['a position of another axis that a value says', (b, x) => b.gather(x, b.input('n', tensor(INT, [])), 'd'), []],
    [
      'what is made of displaced positions, said once',
      (b, x) => b.reduce('sum', b.merge(x, [time.id, 'd'], axis('all', 9)), ['all']),
      [
        'future: `as` makes another axis of `time`, whose positions have no time; keep `time` as it is, and merge or split the other axes alone',
      ],
    ],
  ])('%s', (_, make, expected) => {
    expect(told(make)).toEqual(expected);
  });

  const whole = (word: string): string =>
    `future: \`${word}\` over the whole of \`time\`; over the positions up to now: rename the axis, \`x[time as key]\`, and let the sum be seen from \`time\`: \`where position[key] <= position[time]\``;
  const copy: Axis = { ...key, label: 'key' };
  it.each<[string, Parameters<typeof faults>[0], readonly string[]]>([
    ['a mean', (b, x) => b.reduce('mean', x, [time.id]), [whole('mean')]],
    ['a product', (b, x, e) => b.contract(x, e, [time.id]), [whole('@')]],
    ['weights', (b, _x, e) => b.softmax(e, time.id), [whole('softmax')]],
    ['the best position', (b, _x, e) => b.argmax(e, time.id), [whole('argmax')]],
    [
      'a mean over a copy',
      (b, _x, e) => b.reduce('mean', b.rename(e, time.id, copy), ['key']),
      ['future: `mean` over the whole of `key`; over the positions up to now: `x[upto time as key]` instead of `x[time as key]`'],
    ],
    ['a mean over a copy, seen from another', (b, _x, e) => b.reduce('mean', b.binary('mul', b.rename(e, time.id, copy), e), ['key']), []],
    [
      'a mean that could be seen from two',
      (b, _x, e) =>
        b.reduce(
          'mean',
          b.binary('mul', b.binary('mul', b.rename(e, time.id, copy), b.rename(e, time.id, { ...key, id: 'other', label: 'other' })), e),
          ['key'],
        ),
      ['anchor: `mean` over `key` could end at `other` or at `time`; name it: `mean[key <= other](…)`'],
    ],
    [
      'a product that could be seen from two',
      (b, x, e) =>
        b.contract(
          b.binary('mul', b.rename(x, time.id, copy), b.rename(e, time.id, { ...key, id: 'other', label: 'other' })),
          b.binary('mul', e, b.rename(e, time.id, copy)),
          ['key'],
        ),
      ['anchor: `@` over `key` could end at `other` or at `time`; name it: `sum[key <= other](… * …)`'],
    ],
  ])('%s', (_, make, expected) => {
    expect(told(make)).toEqual(expected);
  });

  const loop =
    (read: number, reversed = false, over = time) =>
    (b: Builder, x: Node): Node => {
      const type = over === time ? floats(d) : floats(time);
      const [xt, s] = [b.argument(type), b.argument(type)];
      const next = b.binary('add', s, xt);
      return b.result(
        b.scan({
          axis: over,
          reversed,
          position: b.step(over),
          xs: [{ arg: xt, value: x }],
          states: [{ arg: s, init: b.broadcast(b.constant(0), type.axes), next }],
          emits: [next],
        }),
        read,
      );
    };
  it.each<[string, Parameters<typeof faults>[0], readonly string[]]>([
    [
      'the last state of a loop',
      loop(0),
      ['future: the last state of a scan along `time`; emit the state, and read it at its own position'],
    ],
    ['what it emits', loop(1), []],
    ['the last state of a loop along another axis, and from its end', loop(0, true, d), []],
    ['a loop from the end', loop(1, true), ['future: a scan along `time` in reverse begins at the last position; scan forward']],
  ])('%s', (_, make, expected) => {
    expect(told(make)).toEqual(expected);
  });
});

describe('the chain', () => {
  it('goes to the first result where that needs it, and else to one that does', () => {
    const chains = (first: boolean): readonly (readonly (string | null)[])[] =>
      faults(
        (b, x) => {
          const mean = b.at(named('mean')).reduce('mean', x, [time.id]);
          const centred = b.at(named('centred')).binary('sub', x, mean);
          return first ? [b.binary('mul', centred, centred), b.unary('neg', mean)] : [b.unary('neg', x), b.binary('mul', centred, centred)];
        },
        ['y', 'z'],
      ).map(({ reachedBy }) => reachedBy.map(({ name }) => name));
    expect(chains(true)).toEqual([['y', 'centred']]);
    expect(chains(false)).toEqual([['z', 'centred']]);
  });

  it('ends with what is read of the sequences, by the shortest way', () => {
    const fault = faults((b, x, e) => {
      const scaled = b.at(named('scaled')).binary('mul', x, e);
      const twice = b.at(named('twice')).binary('add', scaled, scaled);
      return b.at(named('all')).reduce('max', twice, [time.id]);
    })[0]!;
    expect(fault.reads.map(({ name }) => name)).toEqual(['twice', 'scaled', 'x']);
    expect(fault.reachedBy.map(({ name }) => name)).toEqual([]);
  });
});
