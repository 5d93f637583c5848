/** Tests that run against mutants, files and folders: quick ones, and none that starts processes, which would not have the mutant on. */
export const TESTS: readonly string[] = [
  'test/golden.test.ts', 'test/analyze', 'test/graph', 'test/passes', 'test/emit', 'test/grammar/programs.test.ts', 'test/programs/inner.test.ts',
  'test/programs/running.test.ts', 'test/programs/sizes.test.ts', 'test/programs/lengths.test.ts', 'test/models/absence.test.ts', 'test/models/poison.test.ts', 'test/models/edges.test.ts', 'test/models/vectors.test.ts',
  'test/models/integers.test.ts', 'test/models/ranges.test.ts', 'test/models/scores.test.ts', 'test/models/operations.test.ts',
  'test/models/choices.test.ts', 'test/models/fixed-places.test.ts', 'test/models/maps.test.ts', 'test/models/joint.test.ts', 'test/models/past.test.ts',
  'test/models/per.test.ts', 'test/models/causal.test.ts', 'test/models/sample.test.ts', 'test/models/limits.test.ts', 'test/models/stacked.test.ts',
];
