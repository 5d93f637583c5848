/** What the README quotes is what stands in the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const readme = read('README.md');
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)![1]!;
const trimmed = (text: string): string => text.split('\n').map((line) => line.trim()).join('\n');

it('quotes the standard library and the emitted module word for word', () => {
  expect(read('models/std/attention.attn')).toContain(block('attn').trim());
  expect(trimmed(read('models/bahdanau/model.ts'))).toContain(trimmed(block('ts')).trim());
});

it.each(['README.md', 'models/bahdanau/README.md', 'models/seq2seq/README.md', 'docs/architecture.md', 'docs/backends.md', 'docs/language.md'])('%s links to files that exist', (path) => {
  const folder = path.split('/').slice(0, -1).join('/');
  const prose = read(path).replace(/```[^]*?```|`[^`\n]*`/g, '');
  for (const [, target] of prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
    expect(existsSync(fileURLToPath(new URL(`../${folder === '' ? '' : `${folder}/`}${target}`, import.meta.url))), target).toBe(true);
  }
});
