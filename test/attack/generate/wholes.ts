/** Ways to write whole numbers, truth values and positions. */
import type { Construct } from './writer.ts';
import { reducible, spaces } from './floats.ts';
import { part, without } from './scope.ts';

const any = (): boolean => true;

export const WHOLES: readonly Construct[] = [
  {
    name: 'int arithmetic',
    weight: 4,
    elem: 'int',
    fits: any,
    write: (want, writer) =>
      `(${writer.inner(want)} ${writer.chance.pick(['+', '-', '*'])} ${writer.inner(want, { axes: part(writer.chance, want.axes) })})`,
  },
  {
    name: 'mod',
    weight: 2,
    elem: 'int',
    fits: any,
    write: (want, writer) => `(${writer.inner(want)} mod ${writer.chance.pick(['2', '3', '7', '4096'])})`,
  },
  {
    name: 'floor, ceil of a quotient',
    weight: 2,
    elem: 'int',
    fits: any,
    write: (want, writer) => `${writer.chance.pick(['floor', 'ceil'])}(${writer.inner(want)} / ${writer.chance.pick(['2', '3', '7'])})`,
  },
  {
    name: 'floor, ceil',
    weight: 1,
    elem: 'int',
    fits: any,
    write: (want, writer) => `${writer.chance.pick(['floor', 'ceil'])}(${writer.inner(want, { elem: 'float' })})`,
  },
  {
    name: 'int max, min',
    weight: 1,
    elem: 'int',
    fits: any,
    write: (want, writer) => `${writer.chance.pick(['max', 'min'])}(${writer.inner(want)}, ${writer.inner(want)})`,
  },
  { name: 'int clamp', weight: 0.7, elem: 'int', fits: any, write: (want, writer) => `clamp(${writer.inner(want)}, -1, 3)` },
  {
    name: 'int power',
    weight: 0.7,
    elem: 'int',
    fits: any,
    write: (want, writer) => `(${writer.inner(want)} * ${writer.chance.pick(['2 ^ 3', '3 ^ 2', '1'])})`,
  },
  {
    name: 'int if',
    weight: 1,
    elem: 'int',
    fits: any,
    write: (want, writer) => `(if ${writer.inner(want, { elem: 'bool' })} then ${writer.inner(want)} else ${writer.inner(want)})`,
  },
  {
    name: 'int reduction',
    weight: 2,
    elem: 'int',
    fits: (want, writer) => reducible(want, writer).length > 0,
    write: (want, writer) => {
      const over = writer.chance.pick(reducible(want, writer));
      return `${writer.chance.pick(['sum', 'max', 'min'])}[${over}](${writer.inner(want, { axes: [...want.axes, over], ends: [over] })})`;
    },
  },
  {
    name: 'int from an index',
    weight: 1,
    elem: 'int',
    fits: (want, writer) => spaces(want, writer).length > 0,
    write: (want, writer) =>
      `(${writer.inner(want, { elem: `index(${writer.chance.pick(spaces(want, writer))})` })} + ${writer.inner(want)})`,
  },
  {
    name: 'int where, else',
    weight: 1,
    elem: 'int',
    fits: ({ axes }) => axes.length > 0,
    write: (want, writer) =>
      `(${writer.inner(want, { ends: want.axes })} where ${writer.inner(want, { elem: 'bool', ends: [] })} else ${writer.inner(want, { axes: [] })})`,
  },

  {
    name: 'comparison',
    weight: 4,
    elem: 'bool',
    fits: any,
    write: (want, writer) =>
      `(${writer.inner(want, { elem: 'float' })} ${writer.chance.pick(['<', '<=', '>', '>='])} ${writer.inner(want, { elem: 'float', axes: part(writer.chance, want.axes) })})`,
  },
  {
    name: 'comparison of whole numbers',
    weight: 3,
    elem: 'bool',
    fits: any,
    write: (want, writer) =>
      `(${writer.inner(want, { elem: 'int' })} ${writer.chance.pick(['==', '!=', '<', '<=', '>='])} ${writer.inner(want, { elem: 'int', axes: part(writer.chance, want.axes) })})`,
  },
  {
    name: 'and, or, not',
    weight: 3,
    elem: 'bool',
    fits: any,
    write: (want, writer) =>
      writer.chance.pick([
        `(not ${writer.inner(want)})`,
        `(${writer.inner(want)} ${writer.chance.pick(['and', 'or'])} ${writer.inner(want, { axes: part(writer.chance, want.axes) })})`,
      ]),
  },
  {
    name: 'any, all',
    weight: 2,
    elem: 'bool',
    fits: (want, writer) => reducible(want, writer).length > 0,
    write: (want, writer) => {
      const over = writer.chance.pick(reducible(want, writer));
      return `${writer.chance.pick(['any', 'all'])}[${over}](${writer.inner(want, { axes: [...want.axes, over], ends: [over] })})`;
    },
  },
  {
    name: 'comparison of positions',
    weight: 2,
    elem: 'bool',
    fits: ({ axes }) => axes.length > 0,
    write: ({ axes, scope }, writer) =>
      `(${writer.position(scope, writer.chance.pick(axes))} ${writer.chance.pick(['<', '>=', '!='])} ${writer.chance.pick(['1', '2', '0'])}${axes.length > 1 ? ` and ${writer.chance.pick(['', 'not '])}(${axes.map((label) => writer.position(scope, label)).join(' + ')} == 1)` : ''})`,
  },
  {
    name: 'sample bernoulli',
    weight: 0.4,
    elem: 'bool',
    fits: any,
    write: (want, writer) => `(sample bernoulli(sigmoid(${writer.inner(want, { elem: 'float' })})))`,
  },

  {
    name: 'argmax',
    weight: 3,
    elem: 'index',
    fits: any,
    write: (want, writer) => {
      const space = want.elem.slice('index('.length, -1);
      return `argmax[${space}](${writer.inner(want, { elem: 'float', axes: [...without(want.axes, space), space] })})`;
    },
  },
  {
    name: 'sample categorical',
    weight: 0.5,
    elem: 'index',
    fits: ({ elem, axes }) => !axes.includes(elem.slice('index('.length, -1)),
    write: (want, writer) => {
      const space = want.elem.slice('index('.length, -1);
      return `(sample categorical[${space}](softmax[${space}](${writer.inner(want, { elem: 'float', axes: [...want.axes, space] })})))`;
    },
  },
];
