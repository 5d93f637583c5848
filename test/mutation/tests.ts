/** Tests that run against mutants, files and folders: quick ones, and none that starts processes, which would not have the mutant on. */
export const TESTS: readonly string[] = [
  'test/golden.test.ts', 'test/analyze', 'test/emit', 'test/graph', 'test/passes', 'test/size', 'test/backend/limits.test.ts',
  ...['attack', 'found'].map((name) => `test/attack/${name}.test.ts`),
  ...[
    'absence', 'causal', 'choices', 'edges', 'integers', 'joint', 'limits', 'maps', 'operations', 'past', 'per', 'poison', 'ranges', 'sample', 'scores', 'stacked', 'vectors',
  ].map((name) => `test/models/${name}.test.ts`),
];
