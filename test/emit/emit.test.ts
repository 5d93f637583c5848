import { beforeAll, describe, expect, it } from 'vitest';
import { reportBackends, useBackend } from '../../runtime/index.ts';
import { cases } from './cases.ts';
import { check } from './support.ts';

const usable = (await reportBackends()).filter(({ usable }) => usable).map(({ name }) => name);

for (const backend of usable) {
  describe(`emitted code on ${backend} agrees with the oracle and leaks nothing`, () => {
    beforeAll(() => useBackend(backend));
    for (const [name, each] of Object.entries(cases)) it(name, async () => expect(await check(each)).toContain('function sampleForward'));
  });
}
