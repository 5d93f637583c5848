/** What `docs/backends.md` says of limits is the table. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { limitsReference } from '../../compiler/graph/limits.ts';

// After a change: npx vitest run test/graph/limits.test.ts -u
test('docs/backends.md has the table', async () => {
  const page = readFileSync(new URL('../../docs/backends.md', import.meta.url), 'utf8');
  const current = page.replace(/(?<=<!-- limits -->\n)[\s\S]*?(?=<!-- end of limits -->)/, `\n${limitsReference()}\n`);
  expect(current).toContain(limitsReference());
  await expect(current).toMatchFileSnapshot('../../docs/backends.md');
});
