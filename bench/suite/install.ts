/** `npm run bench -- --install-peers`: what the peers need, in folders of `bench/peers` alone. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './prepare.ts';

const folder = join(root, 'bench', 'peers');

function run(command: string, args: readonly string[]): void {
  console.error(`${command} ${args.join(' ')}`);
  const { status, error } = spawnSync(command, [...args], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`${command} failed${error === undefined ? '' : `: ${error.message}`}`);
}

export function installPeers(): void {
  run('npm', ['ci', '--ignore-scripts']);
  const venv = process.platform === 'win32' ? 'venv/Scripts/python.exe' : 'venv/bin/python';
  run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', 'venv']);
  run(join(folder, venv), ['-m', 'pip', 'install', '--requirement', 'requirements.txt']);
}
