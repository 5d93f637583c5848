import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: { 'attnc/runtime/node': here('runtime/node.ts'), 'attnc/runtime': here('runtime/index.ts'), attnc: here('compiler/index.ts') },
  },
  test: {
    include: ['test/**/*.test.ts'],
    allowOnly: false, // `it.only` is for a moment
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    isolate: false, // loads compiler and runtime once: a test puts back what it changes, and counts from what it finds
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['grammar/**/*.ts', 'compiler/**/*.ts'],
      exclude: ['test/**'],
      reporter: ['text-summary', 'json'],
      reportsDirectory: '.attnc/coverage',
      reportOnFailure: true,
    },
  },
});
