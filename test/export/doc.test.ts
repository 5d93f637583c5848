/** The program of `docs/export.md` runs as it stands there, on what the command above it exports. */
import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { python, pythonHas } from '../../bench/suite/peers.ts';
import { attncProcess, root, scratch } from '../cli/support.ts';

const page = readFileSync(join(root, 'docs', 'export.md'), 'utf8');
const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)![1]!;
const folder = scratch();

it.runIf(pythonHas('tensorflow'))('translates dates in Python', { timeout: 600_000 }, async () => {
  const checkpoint = join(root, 'models', 'bahdanau', 'checkpoint.safetensors');
  symlinkSync(join(root, 'models'), join(folder, 'models'));
  const words = block('sh').trim().split(/\s+/u).slice(2);
  expect(await attncProcess(folder, [...words, '--checkpoint', checkpoint])).toMatchObject({ status: 0 });
  const printed = execFileSync(python(), ['-c', block('py')], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  expect(printed).toBe('2031-03-05\n2031-03-05\n(2, 11, 23)\n');
});
