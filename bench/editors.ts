/**
 * How long an editor waits: `attnc lsp` over its pipes, every model of the repository typed into at forty places, each change
 * followed by a completion and a hover. Prints the median and the longest wait, and how long a check takes meanwhile, in ms.
 *
 *   npm run bench:editors
 */
import { readFileSync } from 'node:fs';
import { Client } from '../test/service/client.ts';

const PLACES = 40;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const client = new Client(process.cwd());
await client.start();
console.log('| model | characters | completion | hover | check |\n|---|---|---|---|---|');
for (const file of ['models/transformer', 'models/sagan', 'models/luong', 'models/ntm', 'models/bahdanau', 'models/snail']) {
  const path = `${file}/model.attn`;
  const text = readFileSync(path, 'utf8');
  const begin = performance.now();
  const uri = await client.open(path, text);
  await client.checked(uri);
  const check = performance.now() - begin;
  const [completions, hovers]: [number[], number[]] = [[], []];
  for (let k = 0; k < PLACES; k++) {
    const offset = Math.floor((text.length * (k + 1)) / (PLACES + 1));
    const before = text.slice(0, offset).split('\n');
    const position = { line: before.length - 1, character: before.at(-1)!.length };
    await client.change(uri, `${text.slice(0, offset)}x${text.slice(offset)}`);
    for (const [method, times] of [
      ['completion', completions],
      ['hover', hovers],
    ] as const) {
      const asked = performance.now();
      await client.ask(`textDocument/${method}`, { textDocument: { uri }, position });
      times.push(performance.now() - asked);
    }
  }
  const shown = (times: readonly number[]): string => `${median(times).toFixed(0)} (${Math.max(...times).toFixed(0)})`;
  console.log(`| ${file} | ${text.length} | ${shown(completions)} | ${shown(hovers)} | ${check.toFixed(0)} |`);
}
await client.stop();
