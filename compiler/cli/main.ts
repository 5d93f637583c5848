/** `attnc`: finds the command, loads only what it needs, and turns every error into one line and an exit status. */
import { inspect } from 'node:util';
import { helpOf, read, type Given } from './arguments.ts';
import { didYouMean } from '../../runtime/near.ts';
import { CliError, misuse, processIo, showCliError, STATUS, wantsStacks, type Io } from './io/io.ts';
import { packageVersion } from './io/library.ts';
import { messageOf } from './io/reasons.ts';
import { safeIo } from './io/terminal.ts';
import { COMMANDS, SPECS, type CommandName } from './specs.ts';

type Work = (given: Given, io: Io) => Promise<number>;

const WORK: Readonly<Record<CommandName, () => Promise<Work>>> = {
  init: async () => (await import('./commands/init.ts')).init,
  check: async () => (await import('./commands/check.ts')).check,
  compile: async () => (await import('./commands/compile.ts')).compile,
  fmt: async () => (await import('./commands/fmt.ts')).fmt,
  lsp: async () => (await import('./commands/lsp.ts')).lsp,
  explain: async () => (await import('./commands/explain.ts')).explainCode,
  doctor: async () => {
    const { runDoctor } = await import('./backend/doctor.ts');
    return async (given, io) => runDoctor(io, given.has('json'));
  },
  train: async () => (await import('./commands/train.ts')).train,
  generate: async () => (await import('./commands/generate.ts')).generate,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluate,
  runs: async () => (await import('./commands/runs.ts')).runs,
  export: async () => (await import('./commands/export.ts')).exportModel,
  summary: async () => (await import('./commands/summary.ts')).summary,
  graph: async () => (await import('./commands/graph.ts')).graph,
};

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(SPECS, name);
}

/** @returns the exit status */
export async function main(args: readonly string[], given: Io = processIo()): Promise<number> {
  const io = safeIo(given);
  try {
    return await dispatch(args, io);
  } catch (error) {
    return showError(error, io);
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    io.err(overview());
    return STATUS.misuse;
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    io.out(packageVersion());
    return STATUS.fine;
  }
  if (name === '--help' || name === '-h') {
    io.out(overview());
    return STATUS.fine;
  }
  if (name === 'help') {
    if (rest[0] === undefined) io.out(overview());
    else return dispatch([rest[0], '--help'], io);
    return STATUS.fine;
  }
  if (name === 'backend') return (await import('./backend/command.ts')).runBackendCommand(rest, io);
  if (!isCommand(name)) {
    const near = didYouMean(
      name,
      COMMANDS.map((command) => command.name),
    );
    throw misuse(
      `there is no ${name.startsWith('-') ? 'option' : 'command'} ${name}`,
      near === null ? 'attnc --help lists the commands' : `did you mean attnc ${near}?`,
    );
  }
  const given = read(SPECS[name], rest);
  if (given === null) {
    io.out(helpOf(SPECS[name]));
    return STATUS.fine;
  }
  return (await WORK[name]())(given, io);
}

function overview(): string {
  const rows = COMMANDS.map(
    ({ name, operands, about }) => [`${name} ${operands}`.trim(), about.split(/(?<=[.:;])\s/u)[0]!.replace(/[.:;]$/u, '')] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    'attnc: neural models with attention and memory, from .attn programs to TypeScript',
    '',
    'usage: attnc COMMAND …',
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    'attnc COMMAND --help tells more, with examples; attnc --version the version.',
  ].join('\n');
}

/** Errors that a user can fix have names; all others are bugs in attnc. */
const NAMED = new Set(['InputError', 'CheckpointError', 'TrainingError', 'NumericError', 'BackendError', 'InstallError']);

function showError(error: unknown, io: Io): number {
  if (error instanceof CliError) {
    showCliError(error, io);
    return error.status;
  }
  const debug = wantsStacks(io);
  if (debug) io.err(inspect(error));
  const message = messageOf(error);
  if (error instanceof Error && NAMED.has(error.name)) io.err(`attnc: ${message}`);
  else
    io.err(
      `attnc: a fault in attnc itself: ${message.split('\n')[0]}${debug ? '' : '\n  ATTNC_DEBUG=1 shows where it happened; please report it with the program that caused it'}`,
    );
  return STATUS.failed;
}
