import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { GenerateOptions, ParsedInput } from '../../../runtime/index.ts';
import type { Given } from '../arguments.ts';
import { writeWhole } from '../io/files.ts';
import { CliError, misuse, STATUS, type Io } from '../io/io.ts';
import { messageOf } from '../io/reasons.ts';
import { openTrained, type Trained } from '../task/trained.ts';

/** Lines answered together when they come from a file. */
const TOGETHER = 64;

export async function generate(given: Given, io: Io): Promise<number> {
  const options = optionsOf(given);
  const picture = given.text('picture');
  if (picture !== undefined && !/\.(svg|png)$/iu.test(picture))
    throw misuse(`attnc generate: --picture takes a .svg or .png file, given '${picture}'`);
  const texts = given.operands.slice(1);
  const trained = await openTrained(given, io);
  const lone = ['beam', 'sample'].find((name) => given.has(name));
  if (lone !== undefined && !generates(trained.model))
    throw misuse(
      `attnc generate: --${lone} has nothing to search: the model of this task does not generate a sequence`,
      `leave --${lone} out`,
    );
  const parsed: ParsedInput<object>[] = [];
  let failed = false;
  const answer = async (lines: readonly string[]): Promise<void> => {
    const ready: ParsedInput<object>[] = [];
    for (const line of lines) {
      try {
        ready.push(trained.open.parse(line));
      } catch (error) {
        io.err(`attnc: ${messageOf(error)}`);
        // One line of output per line of input, so that the two correspond.
        if (!io.isTTY) await flush(ready.splice(0));
        if (!io.isTTY) io.out('');
        failed = true;
      }
    }
    await flush(ready);
  };
  const flush = async (ready: readonly ParsedInput<object>[]): Promise<void> => {
    if (ready.length === 0) return;
    parsed.push(...(picture === undefined ? [] : ready));
    const answers = await trained.open.answer(
      trained.model,
      ready.map(({ input }) => input),
      options,
    );
    answers.forEach((output, k) => io.out(io.isTTY ? `${ready[k]!.shown} -> ${trained.open.show(output)}` : trained.open.show(output)));
  };
  if (texts.length > 0) await answer(texts);
  else await answerInput(trained, answer, io);
  if (picture !== undefined) await draw(trained, parsed, resolve(io.cwd, picture), io);
  return failed ? STATUS.failed : STATUS.fine;
}

/** A model with a decoder, or several of which one has it. */
export function generates(model: unknown): boolean {
  if (typeof model !== 'object' || model === null) return false;
  return 'generate' in model || ('models' in model && Object.values(model.models ?? {}).some(generates));
}

function optionsOf(given: Given): GenerateOptions {
  const width = given.whole('beam', 1);
  const [temperature, topK, topP, seed] = [
    given.positive('temperature'),
    given.whole('top-k', 1),
    given.positive('top-p', 1),
    given.whole('seed', 0),
  ];
  if (!given.has('sample')) {
    const lone = ['temperature', 'top-k', 'top-p', 'seed'].find((name) => given.has(name));
    if (lone !== undefined) throw misuse(`attnc generate: --${lone} goes with --sample only`);
    return width === undefined ? {} : { method: 'beam', width };
  }
  if (width !== undefined) throw misuse('attnc generate: --sample does not go with --beam');
  return {
    method: 'sample',
    ...(temperature === undefined ? {} : { temperature }),
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** Standard input, line by line: one at a time if a person types. */
async function answerInput(trained: Trained, answer: (lines: readonly string[]) => Promise<void>, io: Io): Promise<void> {
  const typed = process.stdin.isTTY === true;
  if (typed) io.err(`one text a line, Ctrl-D ends; for example: ${trained.open.samples.join('   ')}`);
  const waiting: string[] = [];
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (io.readerGone?.() === true) return;
    if (line.trim() === '') {
      if (!typed) await answer(waiting.splice(0));
      // One line of output per line of input.
      if (!typed && !io.isTTY) io.out('');
      continue;
    }
    waiting.push(line);
    if (typed || waiting.length >= TOGETHER) await answer(waiting.splice(0));
  }
  await answer(waiting);
}

async function draw({ open, model }: Trained, inputs: readonly ParsedInput<object>[], file: string, io: Io): Promise<void> {
  if (inputs.length === 0) throw new CliError('there is nothing to draw: no text was given that the task can read');
  const pictures = await open.pictures(model, inputs);
  if (pictures.length === 0)
    throw new CliError('there is nothing to draw: the task makes no picture of this', '`pictures` in task.ts says what is drawn');
  const { svgToPng } = await import('../../../runtime/node.ts');
  for (const [k, { svg }] of pictures.entries()) {
    // Several pictures are numbered: look.png, look-2.png, …
    const path = k === 0 ? file : file.replace(/(\.[a-z]+)$/iu, `-${k + 1}$1`);
    try {
      writeWhole(path, /\.png$/iu.test(path) ? await svgToPng(svg) : svg);
    } catch (error) {
      throw error instanceof CliError
        ? error
        : new CliError(`the picture could not be drawn: ${messageOf(error)}`, 'take a .svg file', { cause: error });
    }
    io.err(`picture: ${path}`);
  }
}
