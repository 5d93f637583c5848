// Installs what is missing and builds: npm runs no script of ours before ours.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const shell = process.platform === 'win32';

export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell, ...options });
  if (result.error !== undefined) throw result.error;
  return result;
}

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** What package-lock.json wants and node_modules lacks or has in another version. */
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

/** What went wrong, or null. */
export function prepare() {
  const stale = staleness();
  if (stale !== null) {
    console.log(`npm install (${stale})`);
    if (run('npm', ['install', '--no-audit', '--no-fund']).status !== 0) return 'npm install failed';
  }
  return run('npm', ['run', '--silent', 'build']).status === 0 ? null : 'the build failed';
}
