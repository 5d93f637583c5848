/** States that read the choice of their own step: the next step begins with them. */
import { describe, expect, it } from 'vitest';
import { expectSteps, stepped } from './stepping.ts';

const decoder = (body: string): string => `dim source: ragged, target: ragged, words = 4, d = 3
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d], W: [d <- d]
  ${body}
}
model M(m: [source, d]) generates y: index(words)[target] { Write(m) }
objective O for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;

describe('a state of the choice', () => {
  it.each<[string, string, readonly string[]]>([
    ['and of itself', "state s: [d] = 0.3;  s' = tanh(W @ s + table[y']);  logits = s @ table", ['state.kept']],
    [
      'and of what the step computes',
      "state s: [d] = 0.3;  state t: [d] = 0.1;  c = tanh(s + table[y]);  s' = tanh(W @ s + c);  t' = c * t + table[y'];  logits = (s' + t) @ table",
      ['state.kept', 'state.s'],
    ],
    [
      'and of the choice before',
      "state n: int[] = 2;  n' = if y' == y then n + 1 else 0;  logits = (table[y] * n) @ table",
      ['state.kept', 'state.kept2'],
    ],
    ['and of where it is', "state s: [d] = 0.3;  s' = s * position[target] + table[y'];  logits = s @ table", ['state.kept']],
    [
      'of two of which one reads the other',
      "state s: [d] = 0.3;  state t: [d] = 0.1;  s' = tanh(s + table[y']);  t' = tanh(t + s');  logits = (s + t) @ table",
      ['state.s', 'state.t'],
    ],
    ['and of no other', "state s: [d] = 0.3;  s' = table[y'];  logits = (s + mean[source](m)) @ table", []],
    [
      'a truth',
      "state seen: bool[words] = false;  seen' = seen or position[words] == y';  logits = if seen then -1 else table @ table[y]",
      ['state.seen'],
    ],
    [
      'and of what a state has been, reduced',
      "state h: [d] = 0;  state s: [d] = 1;  H = past[tape](h);  r = sum[tape](H);  h' = tanh(h + table[y]);  s' = r + table[y'];  logits = (h' + s) @ table",
      ['state.h', 'state.hPast', 'state.r'],
    ],
  ])('%s', (_, body, states) => {
    const made = stepped(decoder(body));
    expect([...made.step.keys()].filter((name) => name.startsWith('state.')).sort()).toEqual(states);
    expectSteps(made, { steps: 4, lengths: { source: [2, 3] } });
  });

  it('has no step where it meets all that a state has been', () => {
    const body =
      "state h: [d] = 0;  state s: [d] = 1;  H = past[tape](h);  h' = tanh(h + table[y]);  s' = sum[tape](tanh(H + table[y']));  logits = (h' + s) @ table";
    expect(() => stepped(decoder(body))).toThrow(
      'what a state has been meets the output that is chosen: what is to be kept from step to step would grow',
    );
  });
});
