import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { arrange, fill, locate, widened } from '../../compiler/oracle/arrays.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import { acrossAll, evaluateOp } from '../../compiler/oracle/evaluate.ts';
import type { Axis, Space } from '../../compiler/graph/graph.ts';
import { excessOf, groupsOf } from '../../compiler/graph/limits.ts';
import { agree, beginsWith, cat, originOf, sameSpace, startsAtZero, surelyDiffer, unitAxis } from '../../compiler/graph/spaces.ts';
import { axis, dim, floats, literal } from './support.ts';

const spaceOf = (id: string, options = {}): Space => ({ kind: 'dim', dim: dim(id, options) });
const anon = (n: number): Space => ({ kind: 'anon', size: size.int(n) });
const [a, b, c] = ['a', 'b', 'c'].map((id) => spaceOf(id)) as [Space, Space, Space];
const over = (space: Space): Axis => ({ id: 'x', label: 'x', space });

describe('spaces', () => {
  it('joined ones begin with their first parts, whatever was joined to what', () => {
    const whole = cat([a, cat([b, c])]);
    expect([a, cat([a, b]), cat([a, b, c]), b, cat([a, c]), cat([a, b, c, a])].map((part) => beginsWith(whole, part))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(beginsWith(a, a)).toBe(false);
    expect(sameSpace(whole, cat([cat([a, b]), c]))).toBe(true);
  });

  it('count from where their first part does', () => {
    const near = spaceOf('near', { size: size.int(3), origin: size.int(-1) });
    expect([near, cat([near, a]), cat([a, near]), anon(3)].map((space) => originOf(space).key)).toEqual(['-1', '-1', '0', '0']);
    expect([near, cat([near, a]), a].map(startsAtZero)).toEqual([false, false, true]);
  });

  it('agree by size, ragged ones only with themselves', () => {
    const long = spaceOf('long', { ragged: true }),
      same = spaceOf('same', { ragged: true, size: size.atom('long') });
    const pairs: readonly [Space, Space, boolean, boolean][] = [
      [a, a, true, false],
      [a, b, false, false],
      [anon(3), anon(3), true, false],
      [anon(3), anon(4), false, true],
      [a, anon(3), false, false],
      [long, long, true, false],
      [long, spaceOf('a', { size: size.atom('long') }), false, true],
      [anon(3), long, false, true],
      [long, same, true, false],
    ];
    expect(pairs.map(([left, right]) => [agree(over(left), over(right)), surelyDiffer(over(left), over(right))])).toEqual(
      pairs.map(([, , equal, differ]) => [equal, differ]),
    );
    expect(agree(over(a), over(b), [{ left: size.atom('a'), right: size.atom('b') }])).toBe(true);
  });
});

describe('limits', () => {
  const builder = new Builder();
  const [r, k] = [axis('r', 2), axis('k', 2)];
  const ints = (...axes: [Axis, Axis]) =>
    literal(
      builder,
      [
        [1, 2],
        [3, 4],
      ],
      axes,
      'int',
    );

  it('a product of whole numbers is one that no backend has', () => {
    expect(excessOf(builder.matmul(ints(r, k), ints(k, axis('j', 2))))).toMatch(/: no backend has it of type int$/);
    const reals = builder.matmul(
      literal(
        builder,
        [
          [1, 2],
          [3, 4],
        ],
        [r, k],
      ),
      literal(
        builder,
        [
          [1, 2],
          [3, 4],
        ],
        [k, axis('j', 2)],
      ),
    );
    expect(excessOf(reals)).toBeNull();
  });

  it('an axis of size 1 belongs to the group that it stands in', () => {
    const x = builder.input('x', floats(r, unitAxis(0), k)),
      y = builder.input('y', floats(k)),
      z = builder.input('z', floats(unitAxis(1), r, k));
    expect(groupsOf(builder.binary('add', x, x))).toEqual([[0, 1, 2]]);
    expect(groupsOf(builder.binary('add', x, y))).toEqual([[0, 1], [2]]);
    expect(groupsOf(builder.binary('add', z, z))).toEqual([[0, 1, 2]]);
    expect(groupsOf(builder.binary('add', z, y))).toEqual([[0, 1], [2]]);
  });
});

describe('arrays of the oracle', () => {
  const [two, three] = [
    { id: 'two', size: 2 },
    { id: 'three', size: 3 },
  ];
  const x = fill([two, three], ([i, j]) => 10 * i! + j!);

  it('are read by axis, and lack none but those of one position', () => {
    expect(locate(x, [three, two])([2, 1])).toBe(5);
    expect(locate({ axes: [two, { id: 'one', size: 1 }] }, [two])([1])).toBe(1);
    expect(() => locate(x, [two])).toThrow('the oracle lost axis three');
    expect(() => locate(x, [two, { id: 'three', size: 4 }])).toThrow('axis three has 3 positions and 4 positions');
    const context = { type: floats(), extents: () => [], number: () => 0, origin: () => 0 };
    expect(() => evaluateOp({ kind: 'slice', axis: 'four', start: size.int(0), into: null }, [x], context)).toThrow(
      'the oracle lost axis four',
    );
  });

  it('are as long as the longest along the axes that are named, with no number where there is nothing', () => {
    const wide = widened(x, [{ id: 'three', size: 4 }]);
    expect([...wide.data]).toEqual([0, 1, 2, NaN, 10, 11, 12, NaN]);
    expect(wide.axes).toEqual([two, { id: 'three', size: 4 }]);
    expect(widened(x, [three])).toBe(x);
  });

  it('across all keeps or reduces every axis', () => {
    const row = { ...fill([three], ([j]) => j!), masks: [] };
    expect([...acrossAll('mean', ['three'], [row, fill([three], () => 4)], []).data]).toEqual([2.5]);
    expect([...acrossAll('sum', [], [row, row], [three]).data]).toEqual([0, 2, 4]);
    expect(() => acrossAll('sum', ['three'], [x], [])).toThrow('axis two is neither kept nor reduced');
  });

  it('repeat what they lack', () => {
    expect([
      ...arrange(
        fill([two], ([i]) => i!),
        [three, two],
      ).data,
    ]).toEqual([0, 1, 0, 1, 0, 1]);
  });
});
