/** The checkpoints in the repository still do what the READMEs say of them. */
import { expect, it } from 'vitest';
import { attnc, root } from '../cli/support.ts';

/** The first share in the first row; its first number after the count of examples. */
const share = (out: string): number => Number(/^(?:all|SNAIL) .*?([\d.]+) %/mu.exec(out)?.[1]);
const number = (out: string): number => Number(/^all +[\d,]+ +([\d.]+)/mu.exec(out)?.[1]);

it.each([
  { folder: 'models/seq2seq', limit: 64, least: 84 },
  { folder: 'models/bahdanau', limit: 64, least: 98 },
  { folder: 'models/nonlocal', limit: 32, least: 99 },
  { folder: 'models/transformer', limit: 64, least: 98 },
  { folder: 'models/luong', limit: 200, least: 89 },
  { folder: 'models/snail', limit: 32, least: 75 },
  { folder: 'models/ntm', limit: 64, least: 95 },
  { folder: 'models/snail/bandits', limit: 256, least: 92 },
  { folder: 'models/snail/mdps', limit: 256, least: 63 },
  { folder: 'models/lstmn', limit: 256, least: 99 },
  { folder: 'models/pointer', limit: 512, least: 86 },
  { folder: 'models/pointer/tours', limit: 256, least: 36 },
  { folder: 'models/caption', limit: 128, least: 93 },
  { folder: 'models/sagan/classifier', limit: 700, least: 97 },
])('$folder', { timeout: 300_000 }, async ({ folder, limit, least }) => {
  const { status, out, err } = await attnc(root, 'evaluate', folder, '--backend', 'wasm', '--limit', `${limit}`);
  expect(status, err).toBe(0);
  expect(share(out), out).toBeGreaterThan(least);
});

it.each([
  { folder: 'models/gpt', limit: 32, most: 1.85 },
  { folder: 'models/sagan', limit: 1000, most: 12.5 },
])('$folder', { timeout: 300_000 }, async ({ folder, limit, most }) => {
  const { status, out, err } = await attnc(root, 'evaluate', folder, '--backend', 'wasm', '--limit', `${limit}`);
  expect(status, err).toBe(0);
  expect(number(out), out).toBeLessThan(most);
});
