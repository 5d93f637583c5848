/** What the README quotes is what stands in the repository. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { installed, root } from './cli/support.ts';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const readme = read('README.md');
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)![1]!;
const trimmed = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .join('\n');

it('quotes the standard library and the emitted module word for word', () => {
  expect(read('models/std/attention.attn')).toContain(block('attn').trim());
  expect(trimmed(read('models/bahdanau/model.ts'))).toContain(trimmed(block('ts')).trim());
});

const pages = [
  'README.md',
  ...['docs', 'models'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && !/(?:^|\/)out\//.test(file))
      .sort()
      .map((file) => `${folder}/${file}`),
  ),
];
it.each(pages)('%s links to files that exist', (path) => {
  const folder = path.split('/').slice(0, -1).join('/');
  const prose = read(path).replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
  for (const [, target] of prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
    expect(existsSync(fileURLToPath(new URL(`../${folder === '' ? '' : `${folder}/`}${target}`, import.meta.url))), target).toBe(true);
  }
});

const commands = pages.map((page) => ({
  page,
  lines: [...read(page).matchAll(/^ *npx attnc ((?:train|evaluate|generate) models\/.*)/gm)].map(([, line]) => line!.replace(/ +#.*/, '')),
}));
it.each(commands.filter(({ lines }) => lines.length > 0))(
  'the commands of $page run from top to bottom: no two train into one folder, and what is asked for has been trained',
  async ({ lines }) => {
    const trained = new Set<string>();
    for (const line of lines) {
      const [command, folder] = line.split(' ');
      const { task } = (await import(pathToFileURL(join(root, folder!, 'task.ts')).href)) as {
        task: { configurations: Readonly<Record<string, unknown>> };
      };
      const configuration = line.includes(' --quick') ? 'quick' : / --config (\S+)/.exec(line)?.[1];
      const [first] = Object.keys(task.configurations);
      if (configuration !== undefined) expect(Object.keys(task.configurations), line).toContain(configuration);
      const out =
        / --out (\S+)/.exec(line)?.[1] ?? `${folder!}/out/${configuration === undefined || configuration === first ? '' : configuration}`;
      if (command === 'train') expect(trained.has(out), line).toBe(line.includes('--resume'));
      else
        expect(trained.has(out) || (out === `${folder!}/out/` && existsSync(join(root, folder!, 'checkpoint.safetensors'))), line).toBe(
          true,
        );
      if (command === 'train') trained.add(out);
    }
  },
);

it('shows a use of the emitted module that is typed, without a name too many, and runs', { timeout: 300_000 }, () => {
  const usage = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, text]) => text!)
    .find((text) => text.includes("from 'attnc/runtime'"))!;
  const folder = installed({ 'model.ts': read('models/bahdanau/model.ts'), 'usage.ts': usage, 'compiler.ts': "export * from 'attnc';\n" });
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
        skipLibCheck: false,
        noEmit: true,
        allowImportingTsExtensions: true,
      },
      files: ['usage.ts', 'compiler.ts'],
    }),
  );
  const node = (...words: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
    spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  expect(node(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.')).toMatchObject({ status: 0, stdout: '' });
  const ran = node(join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), 'usage.ts');
  expect(ran).toMatchObject({ status: 0 });
  expect(ran.stdout).toMatch(/shape: \[ \d+, 2 \]/);
  expect(existsSync(join(folder, 'model.safetensors'))).toBe(true);
});
