/**
 * Where each backend ends, operation by operation, against the table of `compiler/graph/limits.ts`.
 *
 *   npx tsx bench/limits.ts [--axes 9] [--backends tensorflow,webgpu,wasm,cpu] [--verbose]
 *
 * Each backend runs in a process of its own: some break where they end. Fails where the table promises more than is so.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BACKENDS, CAPABILITIES, type Backend, type Capability, type Capable } from '../compiler/graph/limits.ts';
import { reportBackends } from '../runtime/backend/index.ts';
import { tidy } from '../runtime/tf.ts';
import { difference, useKernelsOf } from '../test/backend/dense.ts';
import { limitCases, type LimitCase } from '../test/backend/limit-cases.ts';

const { values } = parseArgs({
  options: {
    axes: { type: 'string', default: '9' },
    backends: { type: 'string', default: BACKENDS.join() },
    one: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const most = Number(values.axes);

interface Found {
  readonly capable: Capable;
  readonly what: string;
  readonly axes: number;
  readonly groups: number;
  readonly fault: string;
}

async function faultOf({ run, expected }: LimitCase): Promise<string | null> {
  try {
    const given = tidy(run);
    const fault = await difference(given, expected());
    given.dispose();
    return fault;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
}

/** In a process of its own: every fault, as lines of JSON. */
async function measure(backend: Backend): Promise<void> {
  await useKernelsOf(backend);
  for (let rank = 1; rank <= most; rank++) {
    for (const each of limitCases(rank)) {
      const fault = await faultOf(each);
      const found: Found = {
        capable: each.capable,
        what: `${each.fn} of ${each.type}, ${each.form}`,
        axes: rank,
        groups: each.groups,
        fault: fault ?? '',
      };
      if (fault !== null) console.log(JSON.stringify(found));
    }
  }
  console.log('"end"');
}

function report(backend: Backend): boolean {
  const { stdout } = spawnSync(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), '--one', backend, '--axes', `${most}`],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const lines = stdout
    .split('\n')
    .filter((line) => line.startsWith('{') || line === '"end"')
    .map((line) => JSON.parse(line) as Found | 'end');
  const found = lines.filter((line) => line !== 'end');
  let fine = lines.at(-1) === 'end';
  if (!fine) console.log(`${backend}: broke down before the end`);
  for (const capable of Object.keys(CAPABILITIES) as Capable[]) {
    const { axes = Infinity, groups = Infinity } = (CAPABILITIES[capable] as Capability).limits[backend] ?? {};
    const own = found.filter((each) => each.capable === capable);
    const promised = own.filter((each) => each.axes <= axes && each.groups <= groups);
    const firstBeyond = own.filter((each) => each.axes > axes || each.groups > groups).sort((a, b) => a.axes - b.axes)[0];
    const narrow = (axes < most || groups < most) && firstBeyond === undefined && capable !== 'tensor';
    if (promised.length > 0) fine = false;
    const said = `at most ${axes === Infinity ? 'any' : axes} axes${groups === Infinity ? '' : ` and ${groups} groups`}`;
    if (promised.length > 0 || narrow || values.verbose)
      console.log(`${backend} ${capable}: ${said}${promised.length > 0 ? '  WRONG' : narrow ? '  more than that is right, too' : ''}`);
    for (const each of promised.slice(0, 5)) console.log(`    ${each.what}, ${each.axes} axes: ${each.fault}`);
    if (values.verbose && firstBeyond !== undefined)
      console.log(`    beyond it: ${firstBeyond.what}, ${firstBeyond.axes} axes: ${firstBeyond.fault}`);
  }
  return fine;
}

if (values.one !== undefined) {
  await measure(values.one as Backend);
  process.exit(0);
}
const usable = new Set<string>((await reportBackends()).filter((each) => each.usable).map(({ name }) => name));
const wanted = BACKENDS.filter((backend) => values.backends.split(',').includes(backend));
for (const backend of wanted.filter((each) => !usable.has(each))) console.log(`${backend}: not usable here`);
const results = wanted.filter((each) => usable.has(each)).map(report);
process.exit(results.every((fine) => fine) ? 0 : 1);
