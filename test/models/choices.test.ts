/** States that read the choice of their own step: of every element type, in beams, on every backend. */
import { agrees, type Example, type Subject } from './agrees.ts';

const decoder = (states: string, logits: string, more = ''): string => `
dim points: ragged, tour: ragged, d = 4
decoder Point(e: [points, d]) generates y: index(points)[tour] {
  param go: [d], W: [d <- d]
  state s: [d] = mean[points](e)
${states}
  s' = tanh(W @ s + (first go then e[y]))
  logits = ${logits}
${more}
  at most points
}
model Tour(e: [points, d]) generates y: index(points)[tour] { Point(e) }
objective Order for Tour { loss = mean[tour](cross_entropy[points](logits, y'));  optimizer sgd(rate = 0.1) }
`;

const rows = (n: number, seed: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: 4 }, (_, k) => Math.sin(1 + 4 * i + k + 3 * seed)));
const examples: readonly Example[] = [
  { e: rows(4, 1), y: [2, 0, 3, 1] },
  { e: rows(2, 2), y: [1, 0] },
  { e: rows(5, 3), y: [4, 2, 3] },
];
const lengths = (example: Example): Record<string, number> => ({
  points: (example.e as unknown[]).length,
  tour: (example.y as unknown[]).length,
});

const programs: Readonly<Record<string, string>> = {
  'a bool: each position once': decoder(
    '  state visited: bool[points] = false',
    "(e @ s') where not visited",
    "  visited' = visited or position[points] == y'",
  ),
  'an int': decoder('  state sum: int[] = 0', "(e @ s') + 0.3 * sum * position[points]", "  sum' = (sum + y' * 2) mod 5"),
  'an index': decoder('  state back: index(points)[] = position[points][points = first]', "(e @ s') - e @[d] e[back]", "  back' = y'"),
  'a float, of what the step computed and of another such state': decoder(
    '  state t: [d] = 0\n  state n: [] = 0.5',
    "(e @ s') + e @[d] t",
    "  t' = 0.5 * t + n * s' * tanh(e[y'])\n  n' = n + 0.25 * sum[d](t' * s)",
  ),
  'in a scan inside the step, with what it reads of y': decoder(
    '  state t: [d] = 0',
    "(e @ s') + e @[d] t",
    "  run = scan points with et = e { state u: [d] = 0;  u' = tanh(u + et * s');  emit u' }\n  t' = tanh(t + run[points = last] + e[y'] + (first go then 0.1 * e[y]))",
  ),
};

agrees(
  Object.entries(programs).map(
    ([title, text]): Subject => ({
      title,
      path: `choices-${title.replace(/\W+/g, '-')}/model.attn`,
      text,
      dims: { d: 4 },
      examples,
      lengths,
    }),
  ),
);
