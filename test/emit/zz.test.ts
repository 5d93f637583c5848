import { it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { writeFileSync } from 'node:fs';
import { cases } from './cases.ts';
import { check } from './support.ts';
it('x', async () => { await useBackend('cpu'); let all = ''; for (const [name, each] of Object.entries(cases)) all += `\n\n=== ${name}\n` + await check(each); writeFileSync('/tmp/all.txt', all); });
