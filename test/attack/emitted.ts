/** Emitted text, held to the strictest settings of TypeScript: some modules at a time, in one run of `tsc`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CounterExample, Tally } from './tally.ts';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Modules of one run. */
const TOGETHER = 60;

const SETTINGS = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noFallthroughCasesInSwitch: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    paths: { 'attnc/runtime': ['../../dist/runtime/index.d.ts'] },
  },
  include: ['*.ts'],
};

interface Module {
  readonly at: number;
  readonly text: string;
  readonly code: string;
}

export class Emitted {
  readonly #folder = join(repository, '.attnc', `attack-${process.pid}`);
  #modules: Module[] = [];

  /** What is wrong with a module among those that have come together. */
  add(module: Module, seed: number, tally: Tally): CounterExample | null {
    this.#modules.push(module);
    return this.#modules.length < TOGETHER ? null : this.check(seed, tally);
  }

  check(seed: number, tally: Tally): CounterExample | null {
    const modules = this.#modules;
    this.#modules = [];
    mkdirSync(this.#folder, { recursive: true });
    try {
      writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }');
      writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(SETTINGS));
      modules.forEach(({ code }, k) => writeFileSync(join(this.#folder, `m${k}.ts`), code));
      const { stdout, status } = spawnSync(
        process.execPath,
        [join(repository, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', this.#folder],
        { encoding: 'utf8' },
      );
      tally.count('modules type-checked', modules.length);
      if (status === 0) return null;
      const wrong = /m(\d+)\.ts/.exec(stdout);
      const module = modules[Number(wrong?.[1] ?? 0)]!;
      return {
        part: 'programs',
        kind: 'emitted text passes strict tsc',
        message: stdout.split('\n').slice(0, 4).join('\n'),
        test: module.text,
        again: `npm run attack -- --only programs --seed ${seed} --from ${module.at} --count 1`,
      };
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}
