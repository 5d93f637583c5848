/** The programs of `docs/runtime.md` are typed and run as they stand there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileFile } from '../../compiler/index.ts';
import { installed, root } from '../cli/support.ts';
import { library } from '../models/support.ts';

const page = readFileSync(join(root, 'docs', 'runtime.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!);

async function model(): Promise<string> {
  const text = blocks('attn')[0]!;
  const files = library();
  const { code, diagnostics } = await compileFile('model.attn', {
    ...files,
    read: (path) => (path === 'model.attn' ? text : files.read(path)),
  });
  expect(diagnostics).toEqual([]);
  return code!;
}

test('the programs of docs/runtime.md are typed, and run', { timeout: 300_000 }, async () => {
  const programs = Object.fromEntries(blocks('ts').map((text, k) => [`program${k}.ts`, text]));
  const [streaming, training, loop] = Object.keys(programs);
  const folder = installed({ 'model.ts': await model(), ...programs });
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'ES2023',
        module: 'NodeNext',
        types: ['node'],
        strict: true,
        noUnusedLocals: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: true,
        noEmit: true,
        allowImportingTsExtensions: true,
      },
      files: Object.keys(programs),
    }),
  );
  const node = (...words: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
    spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  const run = (program: string): string => {
    const ran = node(join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), program);
    expect(ran, program).toMatchObject({ status: 0 });
    return ran.stdout;
  };
  expect(node(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.')).toMatchObject({ status: 0, stdout: '' });

  expect(run(streaming!)).toMatch(/^1 Float32Array\(10\) [\s\S]*^3 Float32Array\(10\)/m);

  const [, value] = /^budget \{ step: \d+, value: ([\d.]+) \}/.exec(run(training!))!;
  expect(Number(value)).toBeGreaterThan(0.9);
  expect(existsSync(join(folder, 'follow.safetensors'))).toBe(true);

  const losses = [...run(loop!).matchAll(/^\d+ ([\d.]+)$/gm)].map(([, loss]) => Number(loss));
  expect(losses.length).toBe(5);
  expect(losses[4]!).toBeLessThan(losses[0]! / 2);
});
