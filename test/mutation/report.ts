/** What became of the mutants, and the ones that cannot be noticed. */
import { readFileSync } from 'node:fs';
import type { Numbered } from './mutants.ts';

export type Fate =
  | { readonly kind: 'caught'; readonly by: string }
  /** The tests did not end: noticed. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'survived' | 'unreached' };

export interface Verdict {
  readonly mutant: Numbered;
  readonly fate: Fate;
}

interface Equivalent {
  readonly file: string;
  /** The expression, and what stands in its place. */
  readonly original: string;
  readonly replacement: string;
  /** Of the line that it begins on, as much as tells it from others in the file. */
  readonly line?: string;
  readonly why: string;
}

const equivalents = JSON.parse(readFileSync(new URL('./equivalent.json', import.meta.url), 'utf8')) as readonly Equivalent[];

function lineOf({ file, line }: Numbered): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    .split('\n')
    [line - 1]!.trim();
}

/** Why a mutant changes nothing, null where it may. */
function equivalent(mutant: Numbered): string | null {
  const same = equivalents.find(
    ({ file, original, replacement, line }) =>
      file === mutant.file &&
      original === mutant.original &&
      replacement === mutant.replacement &&
      (line === undefined || lineOf(mutant).includes(line)),
  );
  return same?.why ?? null;
}

const shown = ({ mutant, fate }: Verdict): string => {
  const { file, line, original, replacement } = mutant;
  const how = fate.kind === 'caught' ? `caught by ${fate.by}` : fate.kind;
  return `${file}:${line} \`${original}\` → \`${replacement}\`: ${how}`.replaceAll(/\s+/g, ' ');
};

export function verdicts(all: readonly Verdict[]): string {
  if (all.length === 1) return shown(all[0]!);
  const noticed = all.filter(({ fate }) => fate.kind === 'caught' || fate.kind === 'endless');
  const missed = all.filter((each) => !noticed.includes(each));
  const same = missed.filter(({ mutant }) => equivalent(mutant) !== null);
  const open = missed.filter((each) => !same.includes(each));
  const counted = all.length - same.length;
  return [
    `${all.length} mutants: ${noticed.length} caught, ${same.length} equivalent, ${open.length} missed: ${((100 * noticed.length) / counted).toFixed(1)} % of ${counted} that change something`,
    ...open.map((each) => `- ${shown(each)}`),
    '',
    'Equivalent:',
    ...same.map((each) => `- ${shown(each)}. ${equivalent(each.mutant)}`),
  ].join('\n');
}
