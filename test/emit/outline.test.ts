/** What functions the emitted text has, and what they share. Their values are held against the oracle wherever emitted code runs. */
import { describe, expect, it } from 'vitest';
import { emitted } from '../runtime/compiled.ts';
import { complaints } from './complaints.ts';

const program = (objectives: number): string => `dim d = 3, e = 4
block Layer[out](x: [in]) -> [out] {
  param W: [out <- in], b: [out] = zeros
  h = tanh(W @ x + b)
  h * sigmoid(h) - exp(-h * h)
}
model M(x: [d]) -> y: [d] { y = Layer[d](Layer[e](x)) }
${Array.from({ length: objectives }, (_, k) => `objective O${k} for M given t${k}: [d] { loss = mean[d]((y - t${k}) ^ 2); optimizer sgd(rate = 0.1) }`).join('\n')}`;

const functions = (text: string): string[] => [...text.matchAll(/^function (\w+)/gm)].map((match) => match[1]!);

describe('outlined functions', () => {
  it('are one for a block that is called at two sizes', async () => {
    const names = functions(await emitted(program(1)));
    expect(names.filter((name) => name.startsWith('layer') && !name.includes('Backward'))).toHaveLength(1);
  });

  it('are shared by objectives, forward and backward', async () => {
    const lines = (text: string): number => text.split('\n').length;
    const [one, two, three] = await Promise.all([1, 2, 3].map(async (count) => emitted(program(count))));
    const own = (text: string): string[] => functions(text).filter((name) => !/^m(Loss|Gradients)/.test(name));
    expect(own(three!)).toEqual(own(two!));
    // What a further objective adds is its calls and its place in the definition.
    expect(lines(three!) - lines(two!)).toBeLessThan(lines(one!) / 2);
  });

  it('are the same to the byte each time, and clean', async () => {
    const text = await emitted(program(2));
    expect(await emitted(program(2))).toBe(text);
    expect(complaints({ outlined: text })).toEqual([]);
  });
});
