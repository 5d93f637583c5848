import { relative, resolve } from 'node:path';
import { didYouMean } from '../../../runtime/near.ts';
import { showSize } from '../../size/size.ts';
import type { HostExpr, Parameter, Program } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import type { Given } from '../arguments.ts';
import { costOf, sizesOf, SizeError, type Sizes } from '../programs/cost.ts';
import { CliError, misuse, STATUS, type Io } from '../io/io.ts';
import { allowedLengths } from '../programs/lengths.ts';
import { statOf } from '../io/library.ts';
import { compilePrograms } from '../programs/programs.ts';
import type { Settings } from '../programs/settings.ts';
import { tableOf } from '../task/table.ts';

export async function summary(given: Given, io: Io): Promise<number> {
  const where = given.operands[0]!;
  const lengths = lengthsOf(given);
  const isTask = statOf(resolve(io.cwd, where))?.isDirectory() === true;
  if (!isTask && given.has('config')) throw misuse('attnc summary: --config goes with the folder of a task');
  const { file, dims, set } = isTask
    ? await ofTask(where, given, io)
    : { file: where, dims: new Map<string, number>(), set: given.pairs('set') };
  const programs = compilePrograms(file, set, 'summary', io);
  if (programs === null) return STATUS.failed;
  for (const [name, length] of lengths) {
    const known = [...new Set(programs.flatMap(({ ragged }) => ragged.map(({ label }) => label)))];
    if (known.includes(name)) {
      const least = Math.max(
        ...programs.flatMap(({ ragged }) => ragged.filter(({ label }) => label === name).map(({ mayBeEmpty }) => (mayBeEmpty ? 0 : 1))),
      );
      if (length < least)
        throw misuse(
          `attnc summary: --at ${name}=${length}: ${name} has at least one position`,
          `a dim that may be empty is declared as \`${name}: ragged 0..\``,
        );
      continue;
    }
    const near = didYouMean(name, known);
    throw misuse(
      `attnc summary: there is no ragged dim ${name}${known.length === 0 ? '' : `: there is ${known.join(', ')}`}`,
      near === null ? undefined : `did you mean --at ${near}?`,
    );
  }
  for (const name of set.keys()) dims.delete(name);
  for (const [k, program] of programs.entries()) {
    if (k > 0) io.out('');
    try {
      const allowed = allowedLengths(program, dims, lengths);
      show(program, sizesOf(program, dims, allowed), allowed, io);
    } catch (error) {
      if (error instanceof SizeError)
        throw new CliError(`${program.name}: ${error.message}`, 'give sizes with --set and lengths with --at', { cause: error });
      throw error;
    }
  }
  return STATUS.fine;
}

function lengthsOf(given: Given): ReadonlyMap<string, number> {
  return new Map(
    [...given.pairs('at')].map(([name, value]): [string, number] => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
        throw misuse(`attnc summary: --at ${name} takes a length, given '${value}'`);
      return [name, value];
    }),
  );
}

/** The program of a task, its sizes and its compile settings. */
async function ofTask(
  where: string,
  given: Given,
  io: Io,
): Promise<{ readonly file: string; readonly dims: Map<string, number>; readonly set: Settings }> {
  const { configurationOf, loadTask, settingsOf } = await import('../task/open.ts');
  const { task, folder } = await loadTask(where, io);
  const { name, configuration } = configurationOf(task, given.text('config'));
  const open = await task.open(configuration);
  io.out(`${task.name}, configuration ${name}`);
  return {
    file: relative(io.cwd, resolve(folder, task.source)),
    dims: new Map(Object.entries({ ...open.dims, ...configuration.dims })),
    set: settingsOf(configuration, given.pairs('set')),
  };
}

function show(program: Program, sizes: Sizes, lengths: ReadonlyMap<string, number>, io: Io): void {
  const shape = ({ axes, outs, rounds = 0, per = 0 }: Parameter): string => {
    const all = axes.map(({ label, space }) => `${label} ${sizes(sizeOf(space))}`);
    const [loops, names] = [all.slice(0, rounds), all.slice(rounds)];
    const [instances, to, ins] = [names.slice(0, per), names.slice(per, per + outs), names.slice(per + outs)];
    return `[${to.join(', ')}${ins.length === 0 ? '' : ` <- ${ins.join(', ')}`}]${instances.length === 0 ? '' : ` per ${instances.join(', ')}`}${loops.map((loop) => ` in ${loop}`).join('')}`;
  };
  const countOf = ({ axes }: Parameter): number => axes.reduce((product, { space }) => product * sizes(sizeOf(space)), 1);
  const counts = program.parameters.map(countOf);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
  io.out(program.name);
  const rows = program.parameters.map((parameter, k) => [parameter.path, shape(parameter), initialiser(parameter), whole(counts[k]!)]);
  const lines = tableOf(['parameter', 'axes', 'initialiser', 'count'], [...rows, ['total', '', '', whole(total)]], 3);
  for (const line of lines) io.out(`  ${line}`);
  if (program.running.length > 0) {
    io.out('');
    const kept = program.running.map((value) => [value.path, shape(value), initialiser(value), whole(countOf(value))]);
    for (const line of tableOf(['running value', 'axes', 'initialiser', 'count'], kept, 3)) io.out(`  ${line}`);
  }
  if (program.unrolled !== undefined) {
    io.out('');
    for (const [path, reason] of program.unrolled) io.out(`  ${path}: a \`repeat\` that is written out round by round: ${reason}`);
  }
  const cost = costOf(program, sizes);
  const at = program.ragged.map(({ label }) => `${label} = ${lengths.get(label)!}`).join(', ');
  const about = program.objectives[0] === undefined ? 'outputs' : `objective ${program.objectives[0].name}`;
  io.out('');
  io.out(`  one example${at === '' ? '' : ` at ${at}`} (forward pass, ${about}):`);
  io.out(`    multiply-adds          ${whole(cost.multiplyAdds)}`);
  io.out(`    other operations       ${whole(cost.otherOperations)}`);
  io.out(`    activations, at most   ${bytes(cost.activationBytes)}`);
  io.out(`    parameters             ${bytes(4 * total)}`);
}

function initialiser({ init }: Parameter): string {
  switch (init.kind) {
    case 'constant':
      return String(init.value);
    case 'uniform':
      return `uniform(${spread(init.limit)})`;
    case 'normal':
      return `normal(${spread(init.deviation)})`;
    default:
      return init.kind;
  }
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = count === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  return `${Number((count / 1024 ** power).toPrecision(3))} ${units[power]}`;
}

const SIGNS: Readonly<Partial<Record<(HostExpr & { readonly kind: 'call' })['fn'], string>>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  pow: '^',
};

/** As written: numbers, dims and arithmetic on them. */
export function spread(value: number | HostExpr): string {
  if (typeof value === 'number') return String(value);
  switch (value.kind) {
    case 'number':
      return String(value.value);
    case 'name':
      return value.name;
    case 'size':
      return showSize(value.size);
    case 'call': {
      const sign = SIGNS[value.fn];
      if (value.fn === 'neg') return `-${operand(value.args[0]!)}`;
      return sign === undefined ? `${value.fn}(${value.args.map(spread).join(', ')})` : value.args.map(operand).join(` ${sign} `);
    }
  }
}

/** In brackets if it has parts itself; a minus before a number or a dim needs none after an operator. */
function operand(value: HostExpr, place = 0): string {
  const text = spread(value);
  const whole = value.kind === 'call' ? SIGNS[value.fn] === undefined && (value.fn !== 'neg' || place > 0) : !text.includes(' ');
  return whole ? text : `(${text})`;
}
