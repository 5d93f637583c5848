import { beforeAll, describe, expect, it, vi } from 'vitest';
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

for (const execution of ['graph', 'xla'] as const) {
  describe.runIf(usable.includes('tensorflow'))(`as one graph, ${execution}, it agrees with the oracle and leaks nothing`, () => {
    beforeAll(async () => {
      await useBackend('tensorflow', { execution });
      // What runs another way says so.
      vi.spyOn(console, 'warn').mockImplementation((line) => expect.fail(line));
    });
    for (const [name, each] of Object.entries(cases)) it(name, async () => void (await check(each, true)));
  });
}
