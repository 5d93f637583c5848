import { beforeAll, describe, expect, it } from 'vitest';
import { reportBackends, useBackend } from '../../runtime/index.ts';
import { cases } from './cases.ts';
import { check } from './support.ts';

const usable = (await reportBackends()).filter(({ usable }) => usable).map(({ name }) => name);

for (const backend of usable) {
  describe(`emitted code on ${backend} agrees with the oracle and leaks nothing`, () => {
    beforeAll(() => useBackend(backend));
    // WGSL promises an error of 2^-11 for sines, no less.
    const told = Object.entries(cases).filter(([name]) => backend !== 'webgpu' || name !== 'sines');
    for (const [name, each] of told) it(name, async () => expect(await check(each)).toContain('function sampleForward'));
  });
}
