/** The table of what backends compute holds: as far as it says, and no program is laid out beyond it (`test/graph/verify.test.ts`). */
import { describe, expect, test } from 'vitest';
import { BACKENDS, CAPABILITIES, type Backend, type Capability, type Capable, type Limit } from '../../compiler/graph/limits.ts';
import { reportBackends } from '../../runtime/backend/index.ts';
import { memory, tidy } from '../../runtime/tf.ts';
import { difference } from './dense.ts';
import { onKernelsOf } from './kernels.ts';
import { limitCases, type LimitCase } from './limit-cases.ts';

/** Where the table says that a backend takes whatever it can hold. */
const MANY = 8;

const usable = new Set<Backend>((await reportBackends()).filter(({ usable }) => usable).map(({ name }) => name));
const limitOf = (backend: Backend, { capable }: LimitCase): Limit => (CAPABILITIES[capable] as Capability).limits[backend] ?? {};

/** Of each row, type and form the first function, on as many axes as it may have. The plain JavaScript backend is one of those compared. */
function casesAtTheLimit(backend: Backend): LimitCase[] {
  const first = new Map<string, LimitCase>();
  for (const rank of [5, 6, 7, MANY]) {
    for (const each of limitCases(rank)) {
      const { axes = MANY, groups = MANY } = limitOf(backend, each);
      const key = `${each.capable} of ${each.type}: ${each.fn}, ${each.form}`;
      if (rank <= axes && each.groups <= groups) first.set(key, each);
    }
  }
  // One function of each form shows the kernel's kind; `bench/limits.ts` tries all.
  const shown = new Map<string, [string, LimitCase]>();
  for (const [key, each] of first) {
    const form = `${each.capable} ${each.type} ${each.form} ${['arithmetic', 'comparison', 'unary'].includes(each.capable) ? '' : each.fn}`;
    if (!shown.has(form)) shown.set(form, [key, each]);
  }
  return [...shown.values()].map(([, each]) => each);
}

for (const backend of BACKENDS) {
  describe.skipIf(!usable.has(backend))(`${backend} computes what the table says`, () => {
    onKernelsOf(backend);
    const cases = casesAtTheLimit(backend);
    test.each(Object.keys(CAPABILITIES) as Capable[])('%s', { timeout: 60_000 }, async (row) => {
      const before = memory().numTensors;
      for (const { type, fn, form, run, expected } of cases.filter(({ capable }) => capable === row)) {
        const given = tidy(run);
        expect(await difference(given, expected()), `${fn} of ${type}, ${form}, [${given.shape.join(', ')}]`).toBeNull();
        given.dispose();
      }
      expect(memory().numTensors).toBe(before);
    });
  });
}
