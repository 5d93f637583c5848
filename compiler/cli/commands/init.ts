import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { shellWord, type Given } from '../arguments.ts';
import { writeWhole } from '../io/files.ts';
import { CliError, STATUS, type Io } from '../io/io.ts';
import { packageRoot, statOf } from '../io/library.ts';
import { fileSpec, isInstalled, managerOf, originOf } from '../project/origin.ts';
import { projectFiles, type ProjectPackages } from '../project/project.ts';

export async function init(given: Given, io: Io): Promise<number> {
  const folder = resolve(io.cwd, given.operands[0] ?? '.');
  const stat = statOf(folder);
  if (stat !== undefined && !stat.isDirectory()) throw new CliError(`${given.operands[0]} is a file`, 'give a folder');
  const packages = packagesFor(packageRoot(), folder, io.cwd);
  const manager = managerOf(io.cwd, io.env);
  const files = projectFiles(packageNameFor(basename(folder)), packages, manager);
  const there = stat === undefined ? new Set<string>() : new Set(readdirSync(folder));
  const shown = relative(io.cwd, folder) || '.';
  const kept = Object.keys(files).filter((name) => there.has(name));
  if (kept.includes('model.attn') || kept.includes('task.ts')) {
    throw new CliError(`${shown} already has ${kept.join(' and ')}: nothing was written`, 'give the name of a new folder: attnc init NAME');
  }
  for (const [name, text] of Object.entries(files)) {
    if (there.has(name)) io.err(`${join(shown, name)} is kept as it is`);
    else writeWhole(join(folder, name), text);
  }
  io.out(
    `a project in ${shown}: ${Object.keys(files)
      .filter((name) => !there.has(name))
      .join(', ')}`,
  );
  // An existing package.json does not name attnc.
  const named = kept.includes('package.json')
    ? Object.entries({ ...packages.dependencies, ...packages.devDependencies })
        .map(([name, version]) => ` ${shellWord(`${name}@${version}`)}`)
        .join('')
    : '';
  io.out(
    `next: ${shown === '.' ? '' : `cd ${shellWord(shown)} && `}${manager.name} ${named === '' || manager.name === 'npm' ? 'install' : 'add'}${named} && npx attnc train .`,
  );
  return STATUS.fine;
}

/** Packages for type-checking task.ts and the emitted module. */
const TYPES = ['typescript', '@types/node'];

/** Depends on where attnc, which is in `root`, came from; a checkout is linked to, and so are its type-checking tools. */
export function packagesFor(root: string, folder: string, cwd: string): ProjectPackages {
  const attnc = originOf(root, folder, cwd);
  if (!isInstalled(root)) {
    const linked = (name: string): [string, string] => [name, fileSpec(join(root, 'node_modules', ...name.split('/')))];
    return { dependencies: { attnc }, devDependencies: Object.fromEntries(TYPES.map(linked)) };
  }
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  return { dependencies: { attnc }, devDependencies: Object.fromEntries(TYPES.map((name) => [name, devDependencies[name]!])) };
}

/** A name that npm takes. */
function packageNameFor(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/gu, '-')
    .replace(/^[._-]+|[._-]+$/gu, '');
  return name === '' || name === 'attnc' ? 'attnc-project' : name;
}
