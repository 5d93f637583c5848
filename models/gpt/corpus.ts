/** The text: the declarations of Node's API and what is said of them, from the package `@types/node` (MIT), whose version the lock file holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Part = 'train' | 'validation' | 'test';

/** Files that nothing is trained on. */
const held: Readonly<Record<Exclude<Part, 'train'>, readonly string[]>> = {
  validation: ['dns.d.ts', 'readline.d.ts'],
  test: ['child_process.d.ts', 'url.d.ts', 'zlib.d.ts'],
};

/** The files of one part, by name. */
export function partOf(part: Part): { readonly file: string; readonly text: string }[] {
  const folder = dirname(createRequire(import.meta.url).resolve('@types/node/package.json'));
  const away = new Set([...held.validation, ...held.test]);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.d.ts') && (part === 'train' ? !away.has(file) : held[part].includes(file)))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8').replaceAll('\r', '') }));
}

/** 0 is a line's end, and what stands before every text; then the printable characters of ASCII. Others are `?`. */
export function charactersOf(text: string): Int32Array {
  return Int32Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    return character === '\n' ? 0 : code >= 32 && code < 127 ? code - 31 : '?'.charCodeAt(0) - 31;
  });
}

export function textOf(ids: Iterable<number>): string {
  return Array.from(ids, (id) => (id === 0 ? '\n' : String.fromCharCode(id + 31))).join('');
}
