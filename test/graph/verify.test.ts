import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node, Program, RecurrentDecoder } from '../../compiler/graph/graph.ts';
import { tensor, unitAxis } from '../../compiler/graph/spaces.ts';
import { verify, type Dialect } from '../../compiler/graph/verify.ts';
import { verifyProgram } from './program.ts';
import { axis, dim, FLOAT, floats, literal } from './support.ts';

const [r, c, n] = [axis('r', 2), axis('c', 3), axis('n')];
const source = axis('source', dim('source', { ragged: true }));

const seven = Array.from({ length: 7 }, (_, k) => axis(`a${k}`, 2));
/** Six axes, every second one a unit axis. */
const alternating = (from: number): readonly Axis[] => seven.slice(1).map((each, k) => (k % 2 === from ? each : unitAxis(k)));

function fault(make: (b: Builder) => Node | readonly Node[], dialect: Dialect = 'calls'): string {
  const made = make(new Builder());
  try {
    verify(Array.isArray(made) ? (made as readonly Node[]) : [made as Node], { dialect });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no fault';
}

describe('a fault is found and shown with its neighbours', () => {
  const scan = (b: Builder): { arg: Node; out: Node } => {
    const arg = b.argument(floats());
    const out = b.scan({
      axis: c,
      position: b.step(c),
      xs: [{ arg, value: b.input('x', floats(c)) }],
      states: [],
      emits: [b.unary('neg', arg)],
    });
    return { arg, out };
  };
  const faults: readonly [string, (b: Builder) => Node | readonly Node[], Dialect, RegExp][] = [
    [
      'a type that its operation does not give',
      (b) => ({ ...b.unary('neg', b.constant(1)), types: [floats(r)] }),
      'calls',
      /says \[r: 2\], its operation gives \[\][\s\S]*> %1 = neg\(%0\)/,
    ],
    ['one id with two sizes', (b) => [b.input('x', floats(r)), b.input('y', floats(axis('r', 3)))], 'calls', /r: 2 and r: 3 do not agree/],
    [
      'ragged axes of one id and two dims',
      (b) => [
        b.input('x', floats(source)),
        b.input('y', floats({ ...source, space: { kind: 'dim', dim: dim('target', { ragged: true }) } })),
      ],
      'calls',
      /do not agree/,
    ],
    [
      'an argument outside its region',
      (b) => {
        const { arg, out } = scan(b);
        return b.binary('add', b.unary('neg', arg), b.result(out, 0));
      },
      'calls',
      /used outside its region/,
    ],
    [
      'a body that reads an input',
      (b) => {
        const arg = b.argument(floats());
        return b.result(
          b.call('F', { args: [arg], results: [b.binary('add', arg, b.input('x', floats()))] }, { args: [[]], extras: [], results: [[]] }, [
            b.constant(1),
          ]),
          0,
        );
      },
      'calls',
      /reads input/,
    ],
    [
      'a concat of other sizes',
      (b) =>
        b.concat(axis('m', { ...dim('m') }), [
          [b.input('x', floats(n)), 'n'],
          [b.constant(0), null],
        ]),
      'calls',
      /not proved equal/,
    ],
    ['a split of other sizes', (b) => b.split(b.input('x', floats(n)), 'n', [axis('m', dim('m')), r]), 'calls', /not proved equal/],
    [
      'a call after inlining',
      (b) => {
        const arg = b.argument(floats());
        return b.result(b.call('F', { args: [arg], results: [arg] }, { args: [[]], extras: [], results: [[]] }, [b.constant(1)]), 0);
      },
      'inlined',
      /call in a graph that is 'inlined'/,
    ],
    [
      'implicit absence in a batch',
      (b) => b.gather(literal(b, [1, 2], [r]), b.constant(7, 'int'), 'r'),
      'batched',
      /absence is explicit here/,
    ],
    [
      'the size of a ragged dim in a batch',
      (b) => b.binary('add', b.input('x', floats(source)), b.unary('float', b.size(size.add(size.atom('source'), size.int(1))))),
      'batched',
      /size of source differs/,
    ],
    [
      'operands that do not align',
      (b) => b.binary('add', b.input('x', floats(r, c)), b.input('y', floats(r))),
      'laid-out',
      /\[r: 2\] does not align with \[r: 2, c: 3\]/,
    ],
    [
      'more axes than a backend takes',
      (b) => b.binary('mul', b.input('x', floats(...seven)), b.input('y', floats(...seven))),
      'laid-out',
      /max min mod`: 7 axes, and webgpu takes at most 6/,
    ],
    [
      'more groups of axes than a backend takes',
      (b) => b.binary('lt', b.input('x', floats(...alternating(0))), b.input('y', floats(...alternating(1)))),
      'laid-out',
      /comparisons.*: 6 groups of axes that are broadcast alike, and tensorflow takes at most 5/,
    ],
    [
      'named contraction after layout',
      (b) => b.contract(b.input('x', floats(c)), b.input('y', floats(c)), ['c']),
      'laid-out',
      /contract in a graph/,
    ],
  ];
  for (const [name, make, dialect, message] of faults) it(name, () => expect(fault(make, dialect)).toMatch(message));

  it('and none where there is none', () => {
    expect(fault((b) => b.result(scan(b).out, 0))).toBe('no fault');
    expect(
      fault((b) => b.split(b.input('x', floats(axis('m', dim('m', { size: size.mul(size.int(2), size.atom('n')) })))), 'm', [n, r])),
    ).toBe('no fault');
    expect(fault((b) => b.binary('add', b.input('x', floats(r, c)), b.input('y', floats(c))), 'laid-out')).toBe('no fault');
  });

  it('facts prove sizes', () => {
    const b = new Builder();
    const x = b.rename(b.input('x', tensor(FLOAT, [n])), 'n', axis('m', dim('m')));
    expect(() => verify([x], { dialect: 'calls' })).toThrow(/do not agree/);
    verify([x], { dialect: 'calls', facts: [{ left: size.atom('n'), right: size.atom('m') }] });
  });

  it('a decoder binds the arguments of its step, and nothing else does', () => {
    const b = new Builder();
    const [previous, position, state] = [b.argument(tensor({ kind: 'index', space: c.space }, [])), b.step(n), b.argument(floats())];
    const next = b.binary('add', state, b.unary('float', previous));
    const logits = b.binary('mul', next, b.parameter('W', [c]));
    const decoder: RecurrentDecoder = {
      kind: 'recurrent',
      name: 'D',
      output: 'y',
      axis: n,
      vocabulary: c.space,
      previous,
      position,
      states: [{ name: 's', argument: state, init: b.constant(0), next }],
      logits,
      taps: new Map([['next', next]]),
      start: 0,
      end: null,
      rank: null,
      atMost: null,
    };
    const program: Program = {
      name: 'M',
      doc: null,
      file: 'm.attn',
      hyperparameters: [],
      fixed: [],
      ragged: [],
      parameters: [],
      running: [],
      inputs: [],
      outputs: new Map(),
      decoder,
      causal: null,
      objectives: [],
      requirements: [],
    };
    verifyProgram(program, 'inlined');
    expect(() => verifyProgram({ ...program, decoder: { ...decoder, states: [] } }, 'inlined')).toThrow(/used outside its region/);
  });
});
