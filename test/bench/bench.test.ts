/** `npm run bench` runs, and what it compares does the same work. Its figures are another matter. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Results } from '../../bench/suite/report.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), 'attnc-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bench = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', join(root, 'bench', 'run.ts'), ...args], { cwd: root, encoding: 'utf8' });

describe('the benchmark', () => {
  it('times attnc and what is written by hand, which agree', () => {
    const out = join(folder, 'results.json');
    const { status, stdout, stderr } = bench('--quick', '--rows', 'lstm', '--peers', 'attnc,tfjs', '--out', out);
    expect(stderr).not.toContain('failed');
    expect(status, stderr).toBe(0);
    const { rows, machine } = JSON.parse(readFileSync(out, 'utf8')) as Results;
    expect(machine.node).toBe(process.version);
    const measured = rows[0]!.subjects.flatMap((subject) => ('works' in subject ? [subject] : []));
    expect(measured.filter(({ backend }) => backend === 'wasm').map(({ peer }) => peer)).toEqual(['attnc', 'tfjs']);
    for (const { works, first, values } of measured) {
      expect(Object.keys(works).sort()).toEqual(['forward', 'gradients', 'step']);
      expect(first.median).toBeGreaterThan(0);
      expect(values).toHaveLength(4);
    }
    expect(stdout).toContain('| tfjs-core, by hand, wasm, eager |');
    expect(bench('--from', out).stdout).toBe(stdout);
  });

  it('knows its rows and peers', () => {
    const { status, stderr } = bench('--quick', '--rows', 'lstn');
    expect(status).not.toBe(0);
    expect(stderr).toContain('there is no `lstn`');
  });
});
