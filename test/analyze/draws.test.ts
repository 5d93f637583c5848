import { expect, test } from 'vitest';
import type { Node } from '../../compiler/graph/graph.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { compile } from './support.ts';

const TEXT = `
dim time = 3, spot = 2, d = 2
block Noisy(x: [d]) -> [d] { dropout(x, 0.5) }
block Twice(x: [d]) -> [d] { x + Noisy(x) }
model M(x: [time, spot, d]) -> y: [spot, d] {
  run = scan time with xt = x { state s: [spot, d] = 0;  s' = s + Twice(xt);  emit s' }
  run[time = last]
}
objective Fit for M { loss = sum[spot, d](y);  optimizer sgd(rate = 0.1) }
`;

/** Where each element of every draw of the loss stands. */
function coordinates(loss: Node): string[] {
  const found: string[] = [];
  interpret([loss], {
    sizes: new Map([
      ['time', 3],
      ['spot', 2],
      ['d', 2],
    ]),
    parameters: new Map(),
    inputs: new Map([
      [
        'x',
        Array.from({ length: 3 }, () => [
          [1, 2],
          [3, 4],
        ]),
      ],
    ]),
    random: (_, at) => {
      found.push(at.join(' '));
      return 1;
    },
  });
  return found.sort();
}

test('the first value of a loop is one for all of its steps', () => {
  const { programs, diagnostics } = compile(`
dim time = 3, d = 2
model M(x: [time, d]) -> y: [time, d] {
  scan time with xt = x { state s: [d] = sample normal[d]();  s' = s + xt;  emit s' }
}`);
  expect(diagnostics).toEqual([]);
  const draws = reachable([...programs[0]!.outputs.values()]).filter(({ op }) => op.kind === 'random');
  expect(draws.map(({ inputs }) => inputs)).toEqual([[]]);
});

test('the first value of a loop inside a loop is one for each step of the outer one, which it knows', () => {
  const { programs, diagnostics } = compile(`
dim outer = 3, inner = 2, d = 2
model M(x: [outer, d]) -> y: [outer, d] {
  scan outer with xt = x {
    state s: [d] = 0
    z = scan inner with u = ones[inner] { state t: [d] = position[outer] + sample normal[d]();  t' = t + u * xt;  emit t' }
    s' = s + sum[inner](z)
    emit s'
  }
}`);
  expect(diagnostics).toEqual([]);
  const draws = reachable([...programs[0]!.outputs.values()]).filter(({ op }) => op.kind === 'random');
  expect(draws.map(({ inputs }) => inputs.map((step) => typeOf(step).elem))).toMatchObject([
    [{ kind: 'index', space: { dim: { label: 'outer' } } }],
  ]);
});

test('a draw in a block in a scan has one place for each step, position of an extra and element, also when it is inlined', () => {
  const { loss } = compile(TEXT).programs[0]!.objectives[0]!.updates[0]!.training;
  const own = coordinates(loss);
  expect(own).toEqual([0, 1, 2].flatMap((step) => [0, 1].flatMap((spot) => [0, 1].map((d) => `${step} ${spot} ${d}`))));
  expect(coordinates(inline(new Map([['loss', loss]])).get('loss')!)).toEqual(own);
});
