#!/usr/bin/env node
// `npm run smoke`: trains every model as `attnc train … --quick` does, evaluates and answers with what came out, and says
// how long each took. Arguments: parts of folders' names, and --backend NAME.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root, run } from '../compiler/cli/prepare.mjs';

const words = process.argv.slice(2);
const at = words.indexOf('--backend');
const backend = at < 0 ? [] : words.splice(at, 2);
/** Longer is not a smoke test. */
const LIMIT = 60;

/** Folders with a program and a task. */
function modelFolders(under = 'models') {
  return readdirSync(join(root, under), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['out', 'std', 'node_modules'].includes(entry.name))
    .flatMap(({ name }) => {
      const folder = `${under}/${name}`;
      const own = existsSync(join(root, folder, 'model.attn')) && existsSync(join(root, folder, 'task.ts')) ? [folder] : [];
      return [...own, ...modelFolders(folder)];
    })
    .sort();
}

const unprepared = prepare();
if (unprepared !== null) {
  console.error(unprepared);
  process.exit(1);
}
const folders = modelFolders().filter((folder) => words.length === 0 || words.some((word) => folder.includes(word)));
const failed = [];
for (const folder of folders) {
  const out = mkdtempSync(join(tmpdir(), 'attnc-smoke-'));
  const attnc = (...args) =>
    run(process.execPath, [join('compiler', 'cli', 'attnc.mjs'), ...args, ...backend, '--out', out], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      encoding: 'utf8',
    });
  const began = Date.now();
  const trained = attnc('train', folder, '--quick');
  const seconds = (Date.now() - began) / 1000;
  const measured = trained.status === 0 ? attnc('evaluate', folder, '--limit', '32') : trained;
  const fault =
    measured.status !== 0
      ? measured.stderr.trim().split('\n').slice(-3).join('\n    ')
      : seconds > LIMIT
        ? `took longer than ${LIMIT} s`
        : null;
  if (fault !== null) failed.push(folder);
  const loss = /step (\d+): validation loss ([\d.e+-]+)[^\n]*$/m.exec(
    trained.stderr
      .split('\n')
      .filter((line) => line.includes('validation loss'))
      .at(-1) ?? '',
  );
  console.log(
    `${fault === null ? 'fine  ' : 'FAILED'}  ${folder.padEnd(24)} ${seconds.toFixed(0).padStart(4)} s${loss === null ? '' : `  step ${loss[1]}, validation loss ${loss[2]}`}${fault === null ? '' : `\n    ${fault}`}`,
  );
  rmSync(out, { recursive: true, force: true });
}
console.log(`${folders.length - failed.length} of ${folders.length} fine`);
process.exit(failed.length > 0 ? 1 : 0);
