#!/usr/bin/env node
// `npm test`: installs what is missing, builds, says which backends are tested, runs the tests. Its last line counts them.
// Arguments go to vitest. ATTNC_REQUIRE_BACKENDS=tensorflow,webgpu,wasm,cpu makes it a failure that one of them is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const shell = process.platform === 'win32';

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell, ...options });
  if (result.error !== undefined) throw result.error;
  return result;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** What package-lock.json wants and node_modules lacks or has in another version; npm runs no script of ours before ours. */
function staleness() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  const there = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (there === undefined) return 'node_modules is missing';
  for (const [path, { version, optional, peer, link }] of Object.entries(wanted)) {
    if (path === '' || link === true) continue;
    if (there[path] === undefined && (optional === true || peer === true)) continue;
    if (there[path]?.version !== version) return `${path} is ${there[path]?.version ?? 'missing'}, wanted is ${version}`;
  }
  return null;
}

function fail(message) {
  console.error(`\n${message}`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const stale = staleness();
if (stale !== null) {
  console.log(`npm install (${stale})`);
  if (run('npm', ['install', '--no-audit', '--no-fund']).status !== 0) fail('npm install failed: nothing was tested');
}
if (run('npm', ['run', '--silent', 'build']).status !== 0) fail('the build failed: nothing was tested');

const doctor = run(process.execPath, [join('compiler', 'cli', 'attnc.mjs'), 'doctor', '--json'], { stdio: ['ignore', 'pipe', 'inherit'], shell: false });
const backends = JSON.parse(doctor.stdout.toString()).backends;
console.log('\nbackends:');
for (const { name, usable, detail, remedy } of backends) {
  console.log(`  ${usable ? 'tested    ' : 'NOT TESTED'}  ${name.padEnd(10)}  ${detail}${remedy === undefined ? '' : `\n${' '.repeat(26)}get it: ${remedy}`}`);
}
console.log();
const required = (process.env.ATTNC_REQUIRE_BACKENDS ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
const missing = required.filter((name) => !backends.some((backend) => backend.name === name && backend.usable));
if (missing.length > 0) fail(`required by ATTNC_REQUIRE_BACKENDS, but not usable here: ${missing.join(', ')}`);

const report = join(root, '.attnc', 'tests.json');
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = run(process.execPath, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)], { shell: false });
const counts = existsSync(report) ? readJson(report) : null;
if (counts === null) fail('vitest wrote no report');
// A file that could not be loaded has no tests to fail.
const broken = counts.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
const failed = counts.numFailedTests + broken;
const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${counts.numPassedTests} passed, ${failed} failed`);
process.exit(status !== 0 || failed > 0 ? 1 : 0);
