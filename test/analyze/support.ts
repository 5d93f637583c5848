import { readFileSync, readdirSync } from 'node:fs';
import { loadModules, type Library } from '../../compiler/analyze/modules/modules.ts';
import { check, type LowerOptions } from '../../compiler/analyze/programs/program.ts';
import { Problems, type Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import type { Program } from '../../compiler/graph/graph.ts';
import { verifyProgram } from '../graph/program.ts';

const models = new URL('../../models/', import.meta.url);
const standard = new Map(
  readdirSync(new URL('std/', models))
    .filter((name) => name.endsWith('.attn'))
    .sort()
    .map((name) => [`std/${name}`, readFileSync(new URL(`std/${name}`, models), 'utf8')]),
);

export function modelText(path: string): string {
  return readFileSync(new URL(path, models), 'utf8');
}

const parsed: NonNullable<Library['parsed']> = new Map();

/** The standard library, and the files of a test. */
export function libraryOf(files: Readonly<Record<string, string>>): Library {
  return { standard: [...standard.keys()], parsed, read: (path) => files[path] ?? standard.get(path) ?? null };
}

export interface Compiled {
  readonly diagnostics: readonly Diagnostic[];
  /** Verified as 'calls'; empty where there are errors. */
  readonly programs: readonly Program[];
}

export const FILE = 'main.attn';

/** Checks `main.attn`, and lowers and verifies it where it has no error. */
export function compile(text: string, options: LowerOptions = {}, files: Readonly<Record<string, string>> = {}): Compiled {
  const problems = new Problems();
  const modules = loadModules(FILE, libraryOf({ ...files, [FILE]: text }), problems);
  const checked = modules === null ? null : check(modules, options, problems);
  const programs = checked?.programs ?? [];
  for (const program of programs)
    verifyProgram(
      program,
      'calls',
      program.requirements.filter(({ kind }) => kind === 'equal').map(({ a, b }) => ({ left: a, right: b })),
    );
  return { diagnostics: problems.sorted(), programs };
}
