import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { Io } from '../../compiler/cli/io/io.ts';
import { main } from '../../compiler/cli/main.ts';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const bin = join(root, 'compiler', 'cli', 'attnc.mjs');

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process. */
export async function attnc(cwd: string, ...args: readonly string[]): Promise<Ran> {
  return attncWith('', cwd, ...args);
}

/** The same with a text as standard input. */
export async function attncWith(input: string, cwd: string, ...args: readonly string[]): Promise<Ran> {
  return attncIn({ stdin: async () => new TextEncoder().encode(input) }, cwd, ...args);
}

/** The same where what is around the command differs, such as a terminal or the environment. */
export async function attncIn(around: Partial<Io>, cwd: string, ...args: readonly string[]): Promise<Ran> {
  let out = '',
    err = '';
  const io: Io = {
    out: (line) => (out += `${line}\n`),
    err: (line) => (err += `${line}\n`),
    write: (text) => (out += text),
    isTTY: false,
    style: { color: false, width: 100 },
    cwd,
    env: {},
    ...around,
  };
  return { status: await main(args, io), out, err };
}

/** Runs the built program as a process of its own. */
export function attncProcess(
  cwd: string,
  args: readonly string[],
  options: { readonly input?: string; readonly node?: readonly string[] } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...(options.node ?? []), bin, ...args],
      { cwd, encoding: 'utf8', env: cleanEnv() },
      (error, out, err) => {
        resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : null, out, err });
      },
    );
    child.stdin?.end(options.input ?? '');
  });
}

/** As `attncProcess`; the first output on standard error that matches makes `signal` be sent. */
export function interrupted(
  cwd: string,
  args: readonly string[],
  when: { test(text: string): boolean },
  signal: NodeJS.Signals,
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: cleanEnv() });
    let out = '',
      err = '',
      sent = false;
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      if (!sent && when.test(err)) sent = child.kill(signal);
    });
    child.on('close', (status) => resolve({ status, out, err }));
  });
}

function cleanEnv(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of ['NODE_OPTIONS', 'FORCE_COLOR', 'ATTNC_DEBUG']) delete env[name];
  // Set by `npm run coverage`: what processes run counts, too.
  if (env.ATTNC_COVERAGE !== undefined) env.NODE_V8_COVERAGE = env.ATTNC_COVERAGE;
  return env;
}

/** A folder that is gone after the tests. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attnc-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = scratch();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A folder as pnpm leaves it that has installed attnc there, with these files. */
export function installed(files: Readonly<Record<string, string>>): string {
  requireBuilt();
  const folder = scratch();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'attnc'), 'dir');
  // Nothing that attnc itself depends on: pnpm shows a project what it asked for, and no more.
  symlinkSync(join(root, 'node_modules', '@types'), join(folder, 'node_modules', '@types'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** @throws where the built program is older than a source: its tests would test something else */
export function requireBuilt(): void {
  const built = join(root, 'dist', 'compiler', 'cli', 'main.js');
  const newest = Math.max(
    ...['grammar', 'compiler', 'runtime'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => statSync(join(root, folder, file)).mtimeMs),
    ),
  );
  if (!existsSync(built) || statSync(built).mtimeMs < newest)
    throw new Error('dist/ is missing or older than the sources: run `npm run build` (npm test does)');
}
