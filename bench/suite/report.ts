/** The results of a run as Markdown. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import { labelOf, type Measured, type Unmeasured } from './measure.ts';
import { WORKS, type Work } from './protocol.ts';
import type { Sizes } from './rows.ts';
import type { Spread } from './statistics.ts';

export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly sizes: Sizes;
  /** Milliseconds of processes, and their memory in MiB. */
  readonly compiler: Readonly<Record<'check' | 'compile', { readonly wall: Spread; readonly memory: number }>> | null;
  readonly subjects: readonly (Measured | Unmeasured)[];
}

export interface Results {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly rounds: number;
  readonly rows: readonly RowResult[];
  /** What was asked for and is not installed. */
  readonly missing: readonly {
    readonly peer: string;
    readonly backend: string | null;
    readonly execution: string;
    readonly remedy: string;
  }[];
}

const WORK_TITLES: Readonly<Record<Work, string>> = {
  forward: 'forward',
  gradients: 'gradients',
  step: 'training step',
  greedy: 'greedy',
  beam: 'beam of 4',
};

const MIB = 2 ** 20;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, k) => (k === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Three digits, without an exponent. */
function number(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(value, 1e-9))));
  return Number(value.toFixed(Math.min(digits, 3))).toLocaleString('en-US', { maximumFractionDigits: 3 });
}

const spread = (each: Spread | undefined): string =>
  each === undefined ? '' : `${number(each.median)} (${number(each.lower)}–${number(each.upper)})`;

function measuredRow(subject: Measured | Unmeasured, works: readonly Work[]): string[] {
  if ('failed' in subject)
    return [labelOf(subject), `failed: ${subject.failed.replaceAll('|', '/').slice(0, 120)}`, ...works.map(() => ''), ''];
  const { memory } = subject;
  return [
    labelOf(subject),
    ...works.map((work) => spread(subject.works[work])),
    spread(subject.first),
    memory === null ? '' : `${number(memory.peak / MIB)} (+${number((memory.peak - memory.constructed) / MIB)})`,
  ];
}

function rowSection({ title, subjects, compiler }: RowResult): string {
  const works = WORKS.filter((work) => subjects.some((subject) => 'works' in subject && subject.works[work] !== undefined));
  const times = table(
    ['ms', ...works.map((work) => WORK_TITLES[work]), works.includes('greedy') ? 'to the first text' : 'to the first step', 'peak MiB'],
    subjects.map((subject) => measuredRow(subject, works)),
  );
  const compiling =
    compiler === null
      ? ''
      : `\n\n\`attnc check\` ${spread(compiler.check.wall)} ms, ${number(compiler.check.memory)} MiB; \`attnc compile\` ${spread(compiler.compile.wall)} ms, ${number(compiler.compile.memory)} MiB.`;
  return `### ${title}\n\n${times}${compiling}`;
}

function machineLine({ machine, rounds }: Results): string {
  const { processor, cores, memory, system, node, date, commit } = machine;
  return `${processor}, ${cores} cores, ${memory} GiB, ${system}; Node ${node}; ${date}, commit ${commit}; ${rounds} rounds.`;
}

function versionsLine({ rows }: Results): string {
  const all = rows
    .flatMap(({ subjects }) => subjects)
    .flatMap((subject) => ('versions' in subject ? Object.entries(subject.versions) : []));
  const unique = [...new Set(all.map(([name, version]) => `${name}: ${version}`))].sort();
  return unique.length === 0 ? '' : `Versions: ${unique.join('; ')}.`;
}

/** Everything. */
export function fullReport(results: Results): string {
  const missing = results.missing.map((each) => `- ${labelOf(each)} is not installed: \`${each.remedy}\``).join('\n');
  return [machineLine(results), versionsLine(results), missing, ...results.rows.map(rowSection)].filter((part) => part !== '').join('\n\n');
}

/** For README: the work that counts most of each row, of whom most readers ask for. */
const SHORT: readonly { readonly head: string; readonly peer: string; readonly backend: string | null; readonly execution?: string }[] = [
  { head: 'attnc, tensorflow', peer: 'attnc', backend: 'tensorflow' },
  { head: 'attnc, wasm', peer: 'attnc', backend: 'wasm' },
  { head: 'tfjs by hand, tensorflow', peer: 'tfjs', backend: 'tensorflow' },
  { head: 'tfjs by hand, wasm', peer: 'tfjs', backend: 'wasm' },
  { head: 'PyTorch', peer: 'torch', backend: null, execution: 'eager' },
  { head: 'PyTorch, compiled', peer: 'torch', backend: null, execution: 'compiled' },
];

export function shortReport(results: Results): string {
  const rows = results.rows.map(({ title, subjects }) => {
    const measured = subjects.filter((subject): subject is Measured => 'works' in subject);
    const work = measured.some(({ works }) => works.greedy !== undefined) ? 'greedy' : 'step';
    const best = (column: (typeof SHORT)[number]): string => {
      const times = measured
        .filter(
          ({ peer, backend, execution }) =>
            peer === column.peer && backend === column.backend && execution === (column.execution ?? execution),
        )
        .flatMap(({ works }) => works[work]?.median ?? []);
      return times.length === 0 ? '' : number(Math.min(...times));
    };
    return [title, ...SHORT.map(best)];
  });
  // Whom a run left out has no column.
  const shown = [0, ...SHORT.flatMap((_, k) => (rows.some((row) => row[k + 1] !== '') ? [k + 1] : []))];
  const cut = (row: readonly string[]): string[] => shown.map((k) => row[k]!);
  return `${machineLine(results)}\n\n${table(cut(['training step, or one text; ms', ...SHORT.map(({ head }) => head)]), rows.map(cut))}`;
}

/** Puts the text between `<!-- bench -->` and `<!-- /bench -->`. */
export function publish(file: string, text: string): void {
  const [begin, end] = ['<!-- bench -->', '<!-- /bench -->'];
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the tables: ${begin} … ${end}`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`);
}
