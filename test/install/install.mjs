#!/usr/bin/env node
/**
 * `npm run test:install`: installs the packed tarball as a new user does, in empty folders: with npm, pnpm and both yarns; under
 * several TypeScripts with and without skipLibCheck; in pages by esbuild and Vite that run in a Chromium. Needs a registry; minutes.
 * Arguments: parts of the names of what is to be done. `--keep` keeps the folders; screenshots stay in .attnc/install/.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from '../../compiler/cli/prepare.mjs';
import { findChromium } from './chromium.mjs';
import { pages } from './pages.mjs';

const words = process.argv.slice(2);
const keep = words.includes('--keep');
const wanted = words.filter((word) => !word.startsWith('--'));
/** The least that README.md and package.json name, and what is in use. */
const TYPESCRIPTS = ['5.7', '5.9', '6', '7'];
const TOOLS = [
  'pnpm',
  'yarn',
  '@yarnpkg/cli-dist',
  'vite',
  'esbuild',
  ...TYPESCRIPTS.map((version) => `typescript-${version}@npm:typescript@${version}`),
];

const unprepared = prepare();
if (unprepared !== null) throw new Error(unprepared);
const base = mkdtempSync(join(tmpdir(), 'attnc-install-'));
const shown = join(root, '.attnc', 'install');
mkdirSync(shown, { recursive: true });

/** Runs a command, and throws what it said where it fails. */
function run(folder, command, ...args) {
  const env = { ...process.env, CI: '1' };
  for (const name of Object.keys(env))
    if (/^npm_(config|package|lifecycle)_/i.test(name) && !/cache|registry/i.test(name)) delete env[name];
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env,
    timeout: 600_000,
    shell: process.platform === 'win32',
  });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(' ')} in ${folder}: ${error?.message ?? `status ${status}`}\n${stdout}\n${stderr}`);
  return stdout;
}

const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
const tools = join(base, 'tools');
mkdirSync(tools);
writeFileSync(join(tools, 'package.json'), '{ "private": true }');
run(tools, 'npm', ...INSTALL, ...TOOLS);
run(root, 'npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', base);
const tarball = readdirSync(base).find((name) => name.endsWith('.tgz'));

const bin = (name) => join(tools, 'node_modules', '.bin', name);
const classicYarn = join(tools, 'node_modules', 'yarn', 'bin', 'yarn.js');
const modernYarn = join(tools, 'node_modules', '@yarnpkg', 'cli-dist', 'bin', 'yarn.js');

/** How each adds a package, runs its command, and installs. */
const MANAGERS = {
  npm: { add: ['npm', ...INSTALL], exec: ['npx'], install: ['npm', ...INSTALL] },
  pnpm: { add: [bin('pnpm'), 'add'], exec: [bin('pnpm'), 'exec'], install: [bin('pnpm'), 'install'] },
  yarn: {
    add: [process.execPath, classicYarn, 'add', '--prefer-offline'],
    exec: ['npx'],
    install: [process.execPath, classicYarn, 'install', '--prefer-offline'],
  },
  'yarn-modern': {
    add: [process.execPath, modernYarn, 'add'],
    exec: [process.execPath, modernYarn],
    install: [process.execPath, modernYarn, 'install', '--no-immutable'],
  },
};

/** An empty folder with the tarball in it and nothing else, but for what modern yarn asks for. */
function emptyFolder(name, manager) {
  const folder = join(base, name);
  mkdirSync(folder);
  copyFileSync(join(base, tarball), join(folder, tarball));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  if (manager === 'yarn-modern') writeFileSync(join(folder, 'yarn.lock'), '');
  return folder;
}

function installs(name) {
  const { add, exec, install } = MANAGERS[name];
  const folder = emptyFolder(name, name);
  run(folder, ...add, name === 'yarn-modern' ? `attnc@./${tarball}` : `./${tarball}`);
  run(folder, ...exec, 'attnc', 'init', 'm');
  const project = join(folder, 'm');
  run(project, ...install);
  const trained = run(project, 'npx', 'attnc', 'train', '.');
  if (!/all\s+\d+\s+\d/.test(trained) && !/digits/.test(trained)) throw new Error(`train says\n${trained}`);
  run(project, 'npx', 'attnc', 'compile', 'model.attn');
  run(project, 'npx', 'tsc');
}

const USER = `import { checkFile, compileFile, format } from 'attnc';
import { fit, tf, useBackend } from 'attnc/runtime';
import { readCheckpointFile } from 'attnc/runtime/node';
import { Largest } from './model.ts';
export async function main(): Promise<void> {
  await useBackend('auto');
  const model = new Largest({ seed: 1 });
  const sum: tf.Tensor = tf.add(1, 2);
  console.log((await sum.data())[0], (await model.forward([{ tokens: [1, 2] }]))[0]?.logits.data, checkFile, compileFile, format, fit, readCheckpointFile);
}
`;

function typechecks() {
  const folder = emptyFolder('types');
  run(folder, 'npm', ...INSTALL, `./${tarball}`, '@types/node@20');
  run(folder, 'npx', 'attnc', 'init', 'm');
  run(join(folder, 'm'), 'npx', 'attnc', 'compile', 'model.attn');
  copyFileSync(join(folder, 'm', 'model.ts'), join(folder, 'model.ts'));
  writeFileSync(join(folder, 'user.ts'), USER);
  for (const version of TYPESCRIPTS) {
    const tsc = join(tools, 'node_modules', `typescript-${version}`, 'bin', 'tsc');
    for (const skipLibCheck of ['true', 'false']) {
      for (const lib of ['es2023', 'es2023,dom']) {
        run(
          folder,
          process.execPath,
          tsc,
          '--noEmit',
          '--strict',
          '--target',
          'es2023',
          '--lib',
          lib,
          '--types',
          'node',
          '--module',
          'nodenext',
          '--allowImportingTsExtensions',
          '--skipLibCheck',
          skipLibCheck,
          'user.ts',
        );
      }
    }
  }
}

async function inPages() {
  if (findChromium() === undefined) throw new Error('there is no Chromium: apt-get install chromium, or name one in CHROME_PATH');
  const folder = emptyFolder('pages');
  run(folder, 'npm', ...INSTALL, `./${tarball}`);
  await pages({ folder, run: (...args) => run(folder, ...args), tools: join(tools, 'node_modules'), screenshots: shown });
}

const STEPS = {
  ...Object.fromEntries(Object.keys(MANAGERS).map((name) => [name, () => installs(name)])),
  types: typechecks,
  pages: inPages,
};
let failed = 0;
for (const [name, step] of Object.entries(STEPS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = Date.now();
  const fault = await Promise.resolve()
    .then(step)
    .then(
      () => null,
      (error) => String(error.message ?? error),
    );
  if (fault !== null) failed++;
  console.log(
    `${fault === null ? 'fine  ' : 'FAILED'}  ${name.padEnd(12)} ${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s${fault === null ? '' : `\n${fault}`}`,
  );
}
if (keep) console.log(base);
else if (existsSync(base)) rmSync(base, { recursive: true, force: true });
console.log(failed === 0 ? 'all fine' : `${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
