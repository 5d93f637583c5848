/**
 * Everything side by side: attnc, the same models written by hand, and other libraries, on the same work with the same numbers.
 * `npm run bench`; `npm run bench -- --help` names the options. Let nothing else run meanwhile.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { attnc } from './suite/compiling.ts';
import { installPeers } from './suite/install.ts';
import { machine } from './suite/machine.ts';
import { disagreements, labelOf, measure, type Plan } from './suite/measure.ts';
import { BACKENDS, EXECUTIONS, PEERS, type Peer, type Variant } from './suite/peers.ts';
import { prepare, root, type Prepared } from './suite/prepare.ts';
import { fullReport, publish, shortReport, type Results, type RowResult } from './suite/report.ts';
import { rowNamed, ROWS } from './suite/rows.ts';
import { median, spreadOf } from './suite/statistics.ts';

const HELP = `npm run bench [-- options]

  --rows a,b        of: ${ROWS.map(({ name }) => name).join(', ')}
  --peers a,b       of: ${PEERS.map(({ name }) => name).join(', ')}
  --backends a,b    of: ${BACKENDS.join(', ')}, for those that have backends
  --execution a,b   of: ${EXECUTIONS.join(', ')}: how attnc runs its modules
  --rounds n        turns of every subject (default 15); work of seconds has fewer, at least 3
  --starts n        processes that the time to the first step is measured with (default 3)
  --patience n      seconds until a subject must have answered; what compiles long is left out then (900)
  --quick           tiny sizes, two rounds: shows that everything runs
  --out file        where the results go, as JSON (default bench/results/…)
  --from file       measures nothing: prints the results in that file
  --publish         puts the tables into docs/performance.md and README.md
  --install-peers   brings the peers (bench/peers), and ends`;

const { values: given } = parseArgs({
  options: {
    rows: { type: 'string' },
    peers: { type: 'string' },
    backends: { type: 'string' },
    execution: { type: 'string' },
    rounds: { type: 'string' },
    starts: { type: 'string' },
    patience: { type: 'string' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
    from: { type: 'string' },
    publish: { type: 'boolean', default: false },
    'install-peers': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** The names given, each of which must be known. */
function chosen(option: 'rows' | 'peers' | 'backends' | 'execution', known: readonly string[]): readonly string[] {
  const names = given[option]?.split(',') ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`--${option}: there is no \`${unknown}\`: ${known.join(', ')}`);
  return names;
}

function count(option: 'rounds' | 'starts' | 'patience', otherwise: number): number {
  const value = Number(given[option] ?? otherwise);
  if (!(Number.isInteger(value) && value > 0)) throw new RangeError(`--${option}: expected a whole number above 0, given ${given[option]}`);
  return value;
}

interface Participant {
  readonly peer: Peer;
  readonly variant: Variant;
}

function participants(): { readonly present: Participant[]; readonly missing: Results['missing'] } {
  const [peers, backends, executions] = [
    chosen(
      'peers',
      PEERS.map(({ name }) => name),
    ),
    chosen('backends', BACKENDS),
    chosen('execution', EXECUTIONS),
  ];
  const wanted = PEERS.filter(({ name }) => peers.includes(name)).flatMap((peer) =>
    peer.variants
      .filter(
        ({ backend, execution }) =>
          (backend === null || backends.includes(backend)) && (peer.name !== 'attnc' || executions.includes(execution)),
      )
      .map((variant) => ({ peer, variant, remedy: peer.missing(variant) })),
  );
  return {
    present: wanted.filter(({ remedy }) => remedy === null),
    missing: wanted.flatMap(({ peer: { name }, variant: { backend, execution }, remedy }) =>
      remedy === null ? [] : [{ peer: name, backend, execution, remedy }],
    ),
  };
}

/** Checking and compiling the row's program, as processes. */
function compiler({ source, set }: Prepared, runs: number): RowResult['compiler'] {
  const out = mkdtempSync(join(tmpdir(), 'attnc-bench-'));
  const settings = [...set].flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const of = (args: readonly string[]) => {
    const processes = Array.from({ length: runs }, () => attnc(args));
    return { wall: spreadOf(processes.map(({ wall }) => wall)), memory: median(processes.map(({ memory }) => memory!)) / 1024 };
  };
  try {
    return { check: of(['check', source, ...settings]), compile: of(['compile', source, ...settings, '--out', out]) };
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** @param save is given the results so far after every row: a run that is stopped has those */
async function run(save: (results: Results) => void): Promise<Results> {
  const { quick } = given;
  const rounds = count('rounds', quick ? 2 : 15);
  const plan: Plan = {
    rounds,
    enough: 10_000,
    warmUps: 3,
    starts: count('starts', quick ? 1 : 3),
    rest: quick ? 0 : 100,
    patience: 1000 * count('patience', 900),
    told: (line) => console.error(line),
  };
  const rows: RowResult[] = [];
  const results = (): Results => ({ machine: machine(), quick, rounds, rows, missing });
  const { present, missing } = participants();
  for (const each of missing) console.error(`${labelOf(each)} is not installed: ${each.remedy}`);
  for (const name of chosen(
    'rows',
    ROWS.map((row) => row.name),
  )) {
    const row = rowNamed(name);
    console.error(row.title);
    const prepared = await prepare(row, quick);
    const subjects = await measure(prepared, present, plan);
    const compiled = present.some(({ peer }) => peer.name === 'attnc') ? compiler(prepared, quick ? 1 : 5) : null;
    rows.push({ name, title: row.title, sizes: prepared.sizes, compiler: compiled, subjects });
    for (const line of disagreements(subjects)) {
      console.error(`  NOT THE SAME WORK: ${line}`);
      process.exitCode = 1;
    }
    save(results());
  }
  return results();
}

/** Where results go, unless `--out` says so. */
function saved(results: Results): string {
  const out = given.out ?? join(root, 'bench', 'results', results.quick ? 'quick.json' : `${results.machine.date}.json`);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
  return out;
}

async function main(): Promise<void> {
  if (given.help) return console.log(HELP);
  if (given['install-peers']) return installPeers();
  const results = given.from === undefined ? await run(saved) : (JSON.parse(readFileSync(given.from, 'utf8')) as Results);
  if (given.from === undefined) console.error(`results: ${relative(process.cwd(), saved(results))}`);
  console.log(fullReport(results));
  if (!given.publish) return;
  if (results.quick) throw new Error('a quick run measures nothing: it is not published');
  publish(join(root, 'docs', 'performance.md'), fullReport(results));
  publish(join(root, 'README.md'), shortReport(results));
}

await main();
