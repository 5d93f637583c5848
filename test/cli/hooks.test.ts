import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { hooks, hooksInThread, type Resolved } from '../../compiler/cli/task/hooks.ts';
import { scratch } from './support.ts';

const own = new Map([['attnc/runtime', 'file:///attnc/dist/runtime/index.js']]);
/** Finds the files `helper.ts`, `folder/index.ts` and the module of attnc. */
const find = (given: string): Resolved => {
  if (!/helper\.ts$|folder\/index\.ts$|^file:\/\/\/attnc/.test(given)) throw new Error(`no ${given}`);
  return { url: new URL(given, 'file:///project/').href };
};

test.each(['./helper.ts', './helper.js', './helper', './folder'])('a module is found as %s', async (specifier) => {
  const resolved = hooks(own).resolve(specifier, {}, find);
  expect(resolved).toMatchObject({ format: 'module' });
  expect(await hooksInThread(own).resolve(specifier, {}, (given) => Promise.resolve().then(() => find(given)))).toEqual(resolved);
});

test("attnc's own modules are those that run; an error names what was written", () => {
  expect(hooks(own).resolve('attnc/runtime', {}, find).url).toBe('file:///attnc/dist/runtime/index.js');
  expect(() => hooks(own).resolve('./other.js', {}, find)).toThrow('no ./other.js');
});

test('types are taken off, and a syntax error has its position', () => {
  const file = join(scratch(), 'task.ts');
  const load = (text: string): unknown => {
    writeFileSync(file, text);
    return hooks(own).load(pathToFileURL(file).href, {}, () => ({ format: 'next' })).source;
  };
  expect(load("import type { A } from './a.ts';\nimport { B, type C } from './b.ts';\nexport const x: A & C = B as never;\n")).toMatch(
    /^import \{ B \} from '\.\/b\.ts';\nexport const x = B;\n/,
  );
  expect(() => load('const x = 1;\nexport const y = = x;\n')).toThrow(/task\.ts:2:18: Expression expected/);
  expect(hooks(own).load('file:///a.js', {}, () => ({ format: 'next' }))).toEqual({ format: 'next' });
});
