/** Where the running attnc came from, as another project would depend on it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { packageVersion } from '../io/library.ts';

/** Is it in a `node_modules`? A checkout is not, even if it is linked to. */
export function isInstalled(root: string): boolean {
  return root.split(sep).includes('node_modules');
}

export function fileSpec(path: string): string {
  return `file:${path.split(sep).join('/')}`;
}

/**
 * The dependency on attnc for a project in `folder`: as in the project where it is installed, which may be a tarball, a Git
 * address or a version; or as npm recorded it; else the folder that it is in.
 */
export function originOf(root: string, folder: string, cwd: string): string {
  if (!isInstalled(root)) return fileSpec(root);
  const holder = root.slice(0, root.indexOf(`${sep}node_modules${sep}`));
  for (const project of [...upwards(cwd), holder]) {
    const spec = dependencyIn(project);
    const usable = spec === undefined ? undefined : portable(spec, project, folder);
    if (usable !== undefined) return usable;
  }
  const noted = notedByNpm(holder);
  return (noted === undefined ? undefined : portable(noted, join(holder, 'node_modules'), folder)) ?? fileSpec(root);
}

function upwards(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

type Json = Readonly<Record<string, unknown>>;

function readObject(file: string): Json {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

function dependencyIn(project: string): string | undefined {
  const manifest = readObject(join(project, 'package.json'));
  for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const spec = (manifest[field] as Json | undefined)?.attnc;
    if (typeof spec === 'string') return spec;
  }
  return undefined;
}

/** A package that another one requires, or one in a workspace, is not in a project's own list. */
function notedByNpm(holder: string): string | undefined {
  const { packages } = readObject(join(holder, 'node_modules', '.package-lock.json'));
  const resolved = ((packages as Json | undefined)?.['node_modules/attnc'] as Json | undefined)?.resolved;
  if (typeof resolved !== 'string') return undefined;
  return /^https?:.*\/-\/attnc-[^/]*\.tgz$/u.test(resolved) ? `^${packageVersion()}` : resolved;
}

/** `spec` of `project` as written in `folder`; undefined if it only makes sense in its own folder, or refers to something that is gone. */
function portable(spec: string, project: string, folder: string): string | undefined {
  const path =
    /^(?:(?:file|link|portal):)(.*)$/u.exec(spec)?.[1]?.replace(/^\/\/(?=\/)/u, '') ??
    (/^\.{0,2}[/\\]|^[A-Za-z]:[/\\]/u.test(spec) ? spec : undefined);
  if (path === undefined) return /^(?:workspace|catalog|patch):/u.test(spec) ? undefined : spec;
  const place = resolve(project, path);
  if (!existsSync(place)) return undefined;
  return fileSpec(isAbsolute(path) ? place : relative(folder, place));
}

export interface Manager {
  readonly name: 'npm' | 'pnpm' | 'yarn';
  /** Yarn 2 and later: has no `node_modules` unless told to, and takes a folder below a project for part of it. */
  readonly modernYarn: boolean;
}

/** The package manager that runs this, or that the enclosing project uses. */
export function managerOf(cwd: string, env: NodeJS.ProcessEnv): Manager {
  const [, agent, major] = /^(pnpm|yarn)\/(\d+)/u.exec(env.npm_config_user_agent ?? '') ?? [];
  if (agent === 'pnpm') return { name: 'pnpm', modernYarn: false };
  if (agent === 'yarn') return { name: 'yarn', modernYarn: Number(major) >= 2 };
  for (const folder of upwards(cwd)) {
    if (existsSync(join(folder, 'package-lock.json'))) break;
    if (existsSync(join(folder, 'pnpm-lock.yaml'))) return { name: 'pnpm', modernYarn: false };
    if (existsSync(join(folder, 'yarn.lock')))
      return { name: 'yarn', modernYarn: /^__metadata:/mu.test(readFileSync(join(folder, 'yarn.lock'), 'utf8')) };
  }
  return { name: 'npm', modernYarn: false };
}
