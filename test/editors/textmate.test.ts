import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import { expect, it } from 'vitest';
import { parse } from '../../grammar/index.ts';
import { createLexer, endOf } from '../../grammar/tokens.ts';

const programs = ['models', 'test/golden'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.attn'))
    .map((file) => join(folder, file)),
);

/** Where the parser found names; every other word is one of the language. */
function namesIn(node: unknown, found = new Set<number>()): Set<number> {
  if (Array.isArray(node)) for (const each of node) namesIn(each, found);
  else if (typeof node === 'object' && node !== null) {
    const { text, name, kind, span } = node as { text?: unknown; name?: unknown; kind?: unknown; span?: { start: number } };
    if (span !== undefined && ((typeof text === 'string' && kind === undefined) || (kind === 'name' && typeof name === 'string')))
      found.add(span.start);
    for (const each of Object.values(node)) namesIn(each, found);
  }
  return found;
}

function wanted(image: string, isName: boolean): RegExp {
  if (image.startsWith('//')) return /^comment\./u;
  if (image.startsWith('"')) return /^string\./u;
  if (/^\d/u.test(image)) return /^constant\.numeric\./u;
  if (!/^[\p{L}_]/u.test(image)) return /^(keyword\.operator|punctuation)\./u;
  if (isName) return /^(variable|entity\.name)\./u;
  return image === 'true' || image === 'false' ? /^constant\.language\./u : /^(keyword|storage)\./u;
}

it('the grammar for editors gives each word of every program the scope that the parser would', async () => {
  const wasm = readFileSync(join(dirname(createRequire(import.meta.url).resolve('vscode-oniguruma')), 'onig.wasm'));
  await oniguruma.loadWASM(wasm);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: () => Promise.resolve(textmate.parseRawGrammar(readFileSync('grammar/editors/attn.tmLanguage.json', 'utf8'), 'attn.json')),
  });
  const grammar = (await registry.loadGrammar('source.attn'))!;
  const wrong: string[] = [];
  let words = 0;
  for (const file of programs) {
    const text = readFileSync(file, 'utf8');
    const { module, problems } = parse({ path: file, text });
    if (problems.length > 0) continue;
    const names = namesIn(module.items);
    const scopes: (readonly [number, number, string])[] = [];
    let [offset, state] = [0, textmate.INITIAL];
    for (const line of text.split('\n')) {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
      for (const { startIndex, endIndex, scopes: all } of tokens) scopes.push([offset + startIndex, offset + endIndex, all.at(-1)!]);
      state = ruleStack;
      offset += line.length + 1;
    }
    const lexed = createLexer().tokenize(text);
    for (const token of [...lexed.tokens, ...lexed.groups.comments!]) {
      // Letters of Unicode 16, which the editors' expressions do not know yet.
      if (/[\u{10d40}-\u{10d8f}]/u.test(token.image)) continue;
      words++;
      const [start, end] = [token.startOffset, endOf(token)];
      const own = new Set(scopes.filter(([a, b]) => a < end && b > start).map(([, , scope]) => scope));
      const scope = [...own].join(' ');
      if (own.size !== 1 || !wanted(token.image, names.has(start)).test(scope))
        wrong.push(
          `${file}:${text.slice(0, start).split('\n').length} \`${token.image}\` is ${scope}: ${text
            .slice(text.lastIndexOf('\n', start) + 1)
            .split('\n')[0]!
            .trim()}`,
        );
    }
  }
  expect(words).toBeGreaterThan(10_000);
  expect(wrong.slice(0, 40)).toEqual([]);
});
