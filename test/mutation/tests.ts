/** Tests that run against mutants, files and folders: quick ones, and none that starts processes, which would not have the mutant on. */
export const TESTS: readonly string[] = [
  'test/golden.test.ts', 'test/graph', 'test/passes', 'test/backend/limits.test.ts',
  ...['causality', 'check', 'draws', 'imports', 'initialisers', 'messages', 'oracle', 'repairs', 'unknown', 'variants'].map((name) => `test/analyze/${name}.test.ts`),
  ...['emit', 'module'].map((name) => `test/emit/${name}.test.ts`),
  ...[
    'absence', 'causal', 'choices', 'edges', 'integers', 'joint', 'limits', 'maps', 'operations', 'past', 'per', 'poison', 'ranges', 'sample', 'scores', 'stacked', 'vectors',
  ].map((name) => `test/models/${name}.test.ts`),
];
