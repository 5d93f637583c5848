/** `npm run demo`: everything on the dates of models/bahdanau, from the program to a picture of its alignment. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Io } from './io/io.ts';
import { main } from './main.ts';
import { build, configurationOf, loadTask, type AnyOpenTask, type Built } from './task/open.ts';
import { packageRoot } from './io/library.ts';
import { messageOf } from './io/reasons.ts';

const shownBeforeAndAfter = 6;

/** @param folder of a task with a configuration `small`, which is trained, and one `full`, of which it ships a checkpoint */
export async function demo(io: Io, folder = join('models', 'bahdanau')): Promise<void> {
  const runtime = await import('../../runtime/index.ts');
  const files = await import('../../runtime/node.ts');
  const out = resolve(packageRoot(), folder, 'out', 'demo');
  mkdirSync(out, { recursive: true });
  const title = (text: string): void => io.out(`\n== ${text}`);

  title(`the program: ${join(folder, 'model.attn')} is checked and compiled`);
  await main(['check', join(folder, 'model.attn')], io);
  const loaded = await loadTask(folder, io);
  const { configuration } = configurationOf(loaded.task, 'small');
  const small = await build(loaded, { outFolder: out, configuration, set: new Map(), backend: 'auto', seed: configuration.seed }, io);
  io.out(
    `emitted ${relative(io.cwd, join(out, 'model.ts'))}: ${small.model.parameterCount.toLocaleString('en-US')} parameters for this run`,
  );

  const held = spread(small.open.test, shownBeforeAndAfter);
  title('held-out dates before training');
  await answers(small, held, io);

  title(`training: ${configuration.about}; ${configuration.steps} steps`);
  const { fit, showTraining, toExample, toSource } = runtime;
  const { batchSize, window, validateEvery, steps } = configuration;
  const began = Date.now();
  await fit(
    small.model,
    { train: toSource(small.open.train), validation: small.open.validation.map(toExample) },
    {
      ...small.open.training,
      batchSize,
      steps,
      validate: { every: validateEvery },
      ...(window === undefined ? {} : { window }),
      onEvent: showTraining(process.stderr),
    },
  );
  io.out(`trained in ${runtime.duration((Date.now() - began) / 1000)} on ${small.backend}`);

  title('the same dates after it');
  await answers(small, held, io);
  const { rows } = await small.open.evaluate(small.model, small.open.test);
  io.out(`exact on ${rows[0]!.examples.toLocaleString('en-US')} dates it has never seen: ${(100 * rows[0]!.values[0]!).toFixed(1)} %`);

  title('every locale: the checkpoint that the repository ships');
  const full = await build(
    loaded,
    { outFolder: out, configuration: configurationOf(loaded.task, 'full').configuration, set: new Map(), backend: small.backend, seed: 1 },
    io,
  );
  await full.model.load(await files.readCheckpointFile(resolve(packageRoot(), folder, 'checkpoint.safetensors')));
  for (const line of full.open.samples) io.out(await translated(full, line));
  const pictures = await full.open.pictures(
    full.model,
    full.open.samples.map((line) => full.open.parse(line)),
  );
  for (const { name, svg } of pictures) {
    writeFileSync(join(out, `${name}.svg`), svg);
    writeFileSync(join(out, `${name}.png`), await files.svgToPng(svg));
  }
  io.out(`drawn in ${relative(io.cwd, out)}: ${pictures.map(({ name }) => `${name}.svg and .png`).join(', ')}`);

  title('your own dates: a locale, a colon, a date; an empty line ends');
  const typed = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, ...(typed ? { output: process.stdout, prompt: '> ' } : {}) });
  if (typed) lines.prompt();
  for await (const line of lines) {
    if (line.trim() === '') break;
    io.out(await translated(full, line));
    if (typed) lines.prompt();
  }
  lines.close();
  io.out(`\nmore: npx attnc generate ${folder} "de-DE: 5. März 2031" --picture date.svg; npx attnc --help; README.md`);
}

function spread<T>(items: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, k) => items[Math.floor(((k + 0.5) * items.length) / count)]!);
}

async function answers({ open, model }: Built, examples: AnyOpenTask['test'], io: Io): Promise<void> {
  const given = await open.answer(
    model,
    examples.map(({ input }) => input),
  );
  for (const [k, { shown, answer }] of examples.entries()) {
    const written = open.show(given[k]);
    io.out(
      `  ${written === answer ? 'right' : 'wrong'}  ${shown}  ->  ${written === '' ? '(nothing)' : written}${written === answer ? '' : `   (${answer})`}`,
    );
  }
}

async function translated({ open, model }: Built, line: string): Promise<string> {
  let parsed: ReturnType<AnyOpenTask['parse']>;
  try {
    parsed = open.parse(line);
  } catch (error) {
    return `  ${messageOf(error)}`;
  }
  const [answer] = await open.answer(model, [parsed.input]);
  return `  ${parsed.shown}  ->  ${open.show(answer)}`;
}
