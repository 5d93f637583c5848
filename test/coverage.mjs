#!/usr/bin/env node
// `npm run coverage`: which branches of grammar/ and compiler/ the tests take, also in the processes that they start. What none takes
// is listed in .attnc/coverage/missed.txt. Arguments go to vitest. On cpu alone, which takes them all: other backends differ in runtime/.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeScriptCovs } from '@bcoe/v8-coverage';
import { convert } from 'ast-v8-to-istanbul';
import { parseAstAsync } from 'vite';
import { root, run } from '../compiler/cli/prepare.mjs';

const dist = join(root, 'dist');
const folder = join(root, '.attnc', 'coverage');
const processes = join(root, '.attnc', 'coverage-processes');

/** What built files cover in the processes, by file: V8's counts. */
function scripts() {
  const found = new Map();
  for (const name of readdirSync(processes)) {
    for (const script of JSON.parse(readFileSync(join(processes, name), 'utf8')).result) {
      if (!script.url.startsWith(pathToFileURL(join(dist, 'compiler')).href)) continue;
      const file = fileURLToPath(script.url);
      found.set(file, [...(found.get(file) ?? []), script]);
    }
  }
  return found;
}

const keyOf = (branch) => `${branch.type} ${branch.loc.start.line}:${branch.loc.start.column}`;

/** Counts of the branches of a file, by where they stand in its source. */
async function branchesOf(file, covered) {
  const code = readFileSync(file, 'utf8');
  const sourceMap = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  const coverage = { ...mergeScriptCovs(covered), url: pathToFileURL(file).href };
  const data = await convert({ ast: parseAstAsync(code), code, wrapperLength: 0, coverage, sourceMap });
  const [own] = Object.values(data);
  return new Map(Object.entries(own?.branchMap ?? {}).map(([id, branch]) => [keyOf(branch), own.b[id]]));
}

async function merge(report) {
  for (const [file, covered] of scripts()) {
    const source = join(root, relative(dist, file)).replace(/\.js$/, '.ts');
    const own = report[source];
    if (own === undefined) continue;
    const counts = await branchesOf(file, covered);
    for (const [id, branch] of Object.entries(own.branchMap))
      own.b[id] = own.b[id].map((count, k) => count + (counts.get(keyOf(branch))?.[k] ?? 0));
  }
}

const WAYS = { if: ['taken', 'not taken'] };

function missed(report) {
  let taken = 0,
    all = 0;
  const lines = [];
  for (const [file, { b, branchMap }] of Object.entries(report).sort(([a], [c]) => (a < c ? -1 : 1))) {
    const text = readFileSync(file, 'utf8').split('\n');
    for (const [id, counts] of Object.entries(b)) {
      const { type, loc, locations } = branchMap[id];
      counts.forEach((count, k) => {
        all++;
        if (count > 0) taken++;
        else {
          const at = locations[k].start.line === undefined ? loc.start : locations[k].start;
          lines.push(
            `${relative(root, file)}:${at.line}:${at.column + 1} ${type} ${WAYS[type]?.[k] ?? k + 1}: ${text[at.line - 1].trim().slice(0, 160)}`,
          );
        }
      });
    }
  }
  return { taken, all, lines };
}

rmSync(processes, { recursive: true, force: true });
mkdirSync(processes, { recursive: true });
// With maps, to know in a process which part of which source runs.
const steps = [
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--sourceMap', 'true'],
  ['runtime/backend/browser/build.mjs'],
];
for (const step of steps) if (run(process.execPath, step, { shell: false }).status !== 0) process.exit(1);
const env = { ...process.env, ATTNC_COVERAGE: processes, ATTNC_BACKENDS: 'cpu' };
const { status } = run(
  process.execPath,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--coverage', '--coverage.reporter=json', ...process.argv.slice(2)],
  { shell: false, env },
);
const report = JSON.parse(readFileSync(join(folder, 'coverage-final.json'), 'utf8'));
await merge(report);
const { taken, all, lines } = missed(report);
writeFileSync(join(folder, 'missed.txt'), `${lines.join('\n')}\n`);
console.log(
  `${taken} of ${all} branches, ${((100 * taken) / all).toFixed(2)} %; the others: ${relative(root, join(folder, 'missed.txt'))}`,
);
process.exit(status);
