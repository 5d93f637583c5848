// `npm run vsix`: bundles the extension, for the desktop and for pages, and packs it as out/attnc.vsix.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const out = join(here, 'out');

const run = (command, args) => {
  const { status } = spawnSync(command, args, { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
};
if (!process.argv.includes('--no-install')) run('npm', ['ci', '--no-audit', '--no-fund']);
const { build } = await import('esbuild');

/** The standard library as data. */
const standard = {
  name: 'standard',
  setup(plugin) {
    plugin.onResolve({ filter: /^attnc:standard$/ }, ({ path }) => ({ path, namespace: 'standard' }));
    plugin.onLoad({ filter: /.*/, namespace: 'standard' }, () => {
      const folder = join(root, 'models', 'std');
      const files = readdirSync(folder).filter((file) => file.endsWith('.attn'));
      const texts = Object.fromEntries(files.sort().map((file) => [`std/${file}`, readFileSync(join(folder, file), 'utf8')]));
      return { contents: JSON.stringify(texts), loader: 'json' };
    });
  },
};
/** Emission loads a TypeScript compiler of eight megabytes: in a page the command that shows it is not offered. */
const withoutEmission = {
  name: 'without-emission',
  setup(plugin) {
    plugin.onResolve({ filter: /emit\/(typescript|graphs)\// }, ({ path }) => ({ path, namespace: 'without-emission' }));
    plugin.onLoad({ filter: /.*/, namespace: 'without-emission' }, () => ({ contents: 'export {};' }));
  },
};
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  outdir: out,
  external: ['vscode'],
  logLevel: 'warning',
  target: 'es2022',
};
await build({ ...common, entryPoints: ['extension.ts'], platform: 'node', format: 'cjs' });
await build({ ...common, entryPoints: ['browser.ts'], platform: 'browser', format: 'cjs' });
await build({ ...common, entryPoints: ['server.ts'], platform: 'browser', format: 'iife', plugins: [standard, withoutEmission] });
mkdirSync(out, { recursive: true });
copyFileSync(join(here, '..', 'attn.tmLanguage.json'), join(out, 'attn.tmLanguage.json'));
copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));
run('npm', [
  'exec',
  '--yes',
  '--',
  '@vscode/vsce@3.9.2',
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--out',
  'out/attnc.vsix',
]);
console.log(`grammar/editors/vscode/out/attnc.vsix: ${Math.round(statSync(join(out, 'attnc.vsix')).size / 1000)} kB`);
