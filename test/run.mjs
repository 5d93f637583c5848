#!/usr/bin/env node
// `npm test`: installs what is missing, builds, says which backends are tested, lints, runs the tests. Its last line
// counts them, and what the linter finds as one that failed.
// Arguments go to vitest. ATTNC_REQUIRE_BACKENDS=tensorflow,webgpu,wasm,cpu makes it a failure that one of them is missing.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prepare, readJson, root, run } from '../compiler/cli/prepare.mjs';

function fail(message) {
  console.error(`\n${message}`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const unprepared = prepare();
if (unprepared !== null) fail(`${unprepared}: nothing was tested`);

const doctor = run(process.execPath, [join('compiler', 'cli', 'attnc.mjs'), 'doctor', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  shell: false,
});
const backends = JSON.parse(doctor.stdout.toString()).backends;
console.log('\nbackends:');
for (const { name, usable, detail, remedy } of backends) {
  console.log(
    `  ${usable ? 'tested    ' : 'NOT TESTED'}  ${name.padEnd(10)}  ${detail}${remedy === undefined ? '' : `\n${' '.repeat(26)}get it: ${remedy}`}`,
  );
}
console.log();
const required = (process.env.ATTNC_REQUIRE_BACKENDS ?? '')
  .split(',')
  .map((name) => name.trim())
  .filter((name) => name !== '');
const missing = required.filter((name) => !backends.some((backend) => backend.name === name && backend.usable));
if (missing.length > 0) fail(`required by ATTNC_REQUIRE_BACKENDS, but not usable here: ${missing.join(', ')}`);

const lint = run(process.execPath, [join('node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings'], {
  shell: false,
});
const linted = lint.status === 0;

const report = join(root, '.attnc', 'tests.json');
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = run(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { shell: false },
);
const counts = existsSync(report) ? readJson(report) : null;
if (counts === null) fail('vitest wrote no report');
// A file that could not be loaded has no tests to fail.
const broken = counts.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
).length;
const failed = counts.numFailedTests + broken + (linted ? 0 : 1);
const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0);
if (skipped > 0) console.log(`${skipped} skipped`);
if (!linted) console.log('`npm run lint` finds faults');
console.log(`${counts.numPassedTests} passed, ${failed} failed`);
process.exit(status !== 0 || failed > 0 ? 1 : 0);
