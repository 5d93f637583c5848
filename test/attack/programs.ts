/** The part `programs`: generated programs, each on some backends, every promise held against each. */
import { printGraph } from '../../compiler/graph/print.ts';
import { format } from '../../compiler/index.ts';
import type { BackendName } from '../../runtime/index.ts';
import { build, isRefused, type Built, type Refused, type Texts } from './build.ts';
import { Chance } from './chance.ts';
import type { Values } from './data.ts';
import type { Emitted } from './emitted.ts';
import { generate } from './generate/programs.ts';
import { holds, RefusedText } from './holds.ts';
import { attackProgram, type Failure } from './properties.ts';
import { shrink } from './shrink.ts';
import type { CounterExample, Tally } from './tally.ts';

/** Codes that a program of the generator may meet: what the checker cannot decide, or no step can be derived for. */
const REFUSED = new Set(['E0704']);

export interface ProgramsOptions {
  readonly texts: Texts;
  readonly usable: readonly BackendName[];
  readonly tally: Tally;
  /** Milliseconds for making a failure smaller. */
  readonly patience: number;
  /** Kinds of which there are enough. */
  readonly known: readonly string[];
  readonly emitted: Emitted;
}

/** One in so many is formatted and compiled again, one in so many type-checked. */
const FORMATTED = 8;
const TYPED = 5;

/** cpu and WebAssembly for all; native TensorFlow for half, software WebGPU for every ninth, each of which is on all four. */
function backendsFor(at: number, usable: readonly BackendName[]): readonly BackendName[] {
  const drawn = new Chance(at, 2).real();
  return usable.filter(
    (name) => name === 'cpu' || name === 'wasm' || (name === 'tensorflow' && drawn < 0.5) || (name === 'webgpu' && drawn < 0.11),
  );
}

const valuesFor = (chance: Chance): Values =>
  chance.weighted<{ readonly weight: number; readonly values: Values }>([
    { weight: 8, values: 'mild' },
    { weight: 1, values: 'equal' },
    { weight: 2, values: 'extreme' },
  ]).values;

export async function attackGenerated(
  seed: number,
  at: number,
  { texts, usable, tally, patience, known, emitted }: ProgramsOptions,
): Promise<CounterExample | null> {
  const { text, used } = generate(seed, at);
  const values = valuesFor(new Chance(seed, at, 1));
  const backends = backendsFor(at, usable);
  tally.count('programs');
  tally.count(`values ${values}`);
  let built: readonly Built[] | Refused;
  try {
    built = await build(texts, text);
  } catch (error) {
    return found('programs', at, { property: 'compiles', backend: null, message: messageOf(error), text, examples: null }, seed, values, {
      texts,
      patience,
      known,
    });
  }
  if (isRefused(built)) {
    const [error] = built.diagnostics.filter(({ severity }) => severity === 'error');
    tally.count(`refused ${error?.code ?? 'without an error'}`);
    if (error === undefined || error.code === 'E0999')
      return found(
        'programs',
        at,
        { property: 'compiles', backend: null, message: error?.message ?? 'no code, and no error', text, examples: null },
        seed,
        values,
        { texts, patience, known },
      );
    if (!REFUSED.has(error.code)) tally.count('generator refused');
    return null;
  }
  for (const construct of used.keys()) tally.count(`construct ${construct}`);
  tally.count(`on ${backends.length} backends`);
  const example = await attackBuilt('programs', built, values, seed, at, { texts, usable, tally, patience, known, emitted });
  if (example !== null) return example;
  tally.count('programs that hold');
  if (at % FORMATTED === 3) {
    const failure = await formatted(texts, text, built);
    tally.count('programs formatted');
    if (failure !== null)
      return found(
        'programs',
        at,
        { property: 'formatted text is the same program', backend: null, message: failure, text, examples: null },
        seed,
        values,
        { texts, patience, known },
      );
  }
  return at % TYPED === 2 ? emitted.add({ at, text, code: built[0]!.code }, seed, tally) : null;
}

/** All that is emitted of a model, but for the lines that comments quote and for what is named after where it stands. */
function graphOf({ compiled: { forward, objectives, decoder, stream } }: Built): string {
  const functions = [
    forward,
    ...objectives.flatMap(({ updates }) => updates.flatMap(({ loss, gradients }) => [loss, gradients])),
    ...[decoder, stream].flatMap((step) => (step === null ? [] : [step.prepare, step.step])),
  ];
  return functions
    .map(printGraph)
    .join('\n')
    .replaceAll(/ {2}\/\/ .*$/gm, '');
}

/** Formatted text is its own formatting, and compiles to the same. */
async function formatted(texts: Texts, text: string, built: readonly Built[]): Promise<string | null> {
  const once = format(text);
  if (once.problems.length > 0) return `the formatter finds ${once.problems[0]!.message}`;
  if (format(once.text).text !== once.text) return `formatted twice:\n${format(once.text).text}`;
  const again = await build(texts, once.text);
  if (isRefused(again)) return `formatted, it is refused: ${again.diagnostics[0]?.message}\n${once.text}`;
  return again.map(graphOf).join() === built.map(graphOf).join() ? null : `formatted, it compiles to something else:\n${once.text}`;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Failures of one sort: the poison does not matter, nor the position. */
export const sortOf = (property: string): string => property.replace(/ with \S+/, '');

const SHAPES = [
  { count: 1, most: 1 },
  { count: 1, most: 2 },
  { count: 1, most: 3 },
  { count: 2, most: 2 },
  { count: 2, most: 3 },
] as const;

/** Every program of a module, on the backends of its number. */
export async function attackBuilt(
  part: string,
  built: readonly Built[],
  values: Values,
  seed: number,
  at: number,
  options: ProgramsOptions,
): Promise<CounterExample | null> {
  for (const one of built) {
    const failure = await attackProgram(one, built, {
      seed: at,
      backends: backendsFor(at, options.usable),
      values,
      count: options.tally.count,
    });
    if (failure !== null) return found(part, at, failure, seed, values, options);
  }
  return null;
}

async function found(
  part: string,
  at: number,
  failure: Failure,
  seed: number,
  values: Values,
  { texts, patience, known }: Pick<ProgramsOptions, 'texts' | 'patience' | 'known'>,
): Promise<CounterExample> {
  const until = Date.now() + patience;
  const backends = failure.backend === null ? [] : [failure.backend];
  const again = async (text: string, shape?: (typeof SHAPES)[number]): Promise<Failure | null> => {
    try {
      return await holds(text, { seed: at, backends, values, texts, ...(shape === undefined ? {} : { shape }) });
    } catch (error) {
      const isFault = !(error instanceof RefusedText) || error.codes.includes('E0999');
      return isFault ? { property: 'compiles', backend: null, message: messageOf(error), text, examples: null } : null;
    }
  };
  const alike = (other: Failure | null): other is Failure => other !== null && sortOf(other.property) === sortOf(failure.property);
  let least: Failure = failure;
  let shape: (typeof SHAPES)[number] | undefined;
  const kind = `${sortOf(failure.property)}${failure.backend === null ? '' : ` on ${failure.backend}`}`;
  if (!known.includes(kind) && part !== 'zoo' && alike(await again(failure.text))) {
    for (const each of SHAPES) {
      const other: Failure | null = await again(failure.text, each);
      if (!alike(other)) continue;
      [shape, least] = [each, other];
      break;
    }
    const text = await shrink(least.text, async (each) => alike(await again(each, shape)), until);
    const other = await again(text, shape);
    if (alike(other)) least = other;
  }
  return {
    part,
    kind,
    message: least.message,
    test: testOf(least, values, at),
    again: `npm run attack -- --only ${part} --seed ${seed} --from ${at} --count 1`,
  };
}

/** A test that fails as long as this does not hold. */
export function testOf({ property, text, examples, backend }: Failure, values: Values, seed: number): string {
  const options = [
    ...(backend === null ? ['backends: []'] : backend === 'cpu' ? [] : [`backends: ['${backend}']`]),
    `seed: ${seed}`,
    ...(values === 'mild' ? [] : [`values: '${values}'`]),
    ...(examples === null ? [] : [`examples: ${JSON.stringify(examples).replaceAll('-0,', '0,')}`]),
  ];
  return `it(${JSON.stringify(sortOf(property))}, async () => {
  expect(await holds(\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\`, { ${options.join(', ')} })).toBeNull();
});`;
}
