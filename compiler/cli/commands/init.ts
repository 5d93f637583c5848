import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { shellWord, type Given } from '../arguments.ts';
import { writeWhole } from '../files.ts';
import { CliError, STATUS, type Io } from '../io.ts';
import { packageRoot, packageVersion } from '../library.ts';
import { projectFiles } from '../project.ts';

export async function init(given: Given, io: Io): Promise<number> {
  const folder = resolve(io.cwd, given.operands[0] ?? '.');
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) throw new CliError(`${given.operands[0]} is a file`, 'give a folder');
  const dependencies = dependenciesOf(packageRoot());
  const files = projectFiles(packageNameFor(basename(folder)), dependencies);
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
  io.out(`a project in ${shown}: ${Object.keys(files).filter((name) => !there.has(name)).join(', ')}`);
  // A package.json that was there does not name attnc.
  const named = kept.includes('package.json') ? Object.entries(dependencies).map(([name, version]) => ` ${shellWord(`${name}@${version}`)}`).join('') : '';
  io.out(`next: ${shown === '.' ? '' : `cd ${shellWord(shown)} && `}npm install${named} && npx attnc train .`);
  return STATUS.fine;
}

/** From a registry where attnc came from there; a checkout is linked to, and so is the one tfjs that it runs, which emitted modules import. */
function dependenciesOf(root: string): Readonly<Record<string, string>> {
  if (root.split(sep).includes('node_modules')) return { attnc: `^${packageVersion()}` };
  const link = (folder: string): string => `file:${folder.split(sep).join('/')}`;
  const tfjs = '@tensorflow/tfjs-core';
  return { [tfjs]: link(join(root, 'node_modules', ...tfjs.split('/'))), attnc: link(root) };
}

/** A name that npm takes. */
function packageNameFor(folder: string): string {
  const name = folder.toLowerCase().replace(/[^a-z0-9._-]+/gu, '-').replace(/^[._-]+|[._-]+$/gu, '');
  return name === '' || name === 'attnc' ? 'attnc-project' : name;
}
