/** What commands do with a task, in this process: tasks of one small project that differ in a line or two, trained for two steps. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../compiler/cli/demo.ts';
import { generates } from '../../compiler/cli/commands/generate.ts';
import type { Io } from '../../compiler/cli/io/io.ts';
import { readRunFile } from '../../compiler/cli/task/run-file.ts';
import { checkpointInfo, readSafetensors, writeSafetensors } from '../../runtime/index.ts';
import { attnc, attncIn, requireBuilt, scratch, type Ran } from './support.ts';

const folder = scratch();
const project = join(folder, 'project');
const CPU = ['--backend', 'cpu'];

beforeAll(async () => {
  requireBuilt();
  await attnc(folder, 'init', 'project');
  expect((await attnc(folder, 'train', 'project', ...CPU, '--steps', '2')).status).toBe(0);
});

afterEach(() => {
  vi.restoreAllMocks();
});

type Edit = readonly [from: string, to: string];

/** The project's task with edits, as a module of its own: what was loaded once stays loaded. */
function variant(name: string, ...edits: readonly Edit[]): string {
  let text = readFileSync(join(project, 'task.ts'), 'utf8');
  for (const [from, to] of edits) {
    expect(text).toContain(from);
    text = text.replace(from, () => to);
  }
  writeFileSync(join(project, `${name}.ts`), text);
  return `project/${name}.ts`;
}

/** Answers with what it is asked: how many together, and how. */
const TELLING: readonly Edit[] = [
  [
    '    answer,\n',
    '    answer: async (_, inputs, options) => inputs.map(() => ({ told: `${inputs.length} ${JSON.stringify(options)}` }) as never),\n',
  ],
  ['show: best', 'show: (output) => (output as unknown as { told: string }).told'],
];
const SEQUENCE: Edit = ['=> new emitted.Largest(options)', '=> Object.assign(new emitted.Largest(options), { generate: true })'];

describe('generate', () => {
  it('hands on how to search', async () => {
    const task = variant('sequence', ...TELLING, SEQUENCE);
    const told = async (...words: readonly string[]): Promise<string> =>
      (await attnc(folder, 'generate', task, ...CPU, ...words, '3 1', '4')).out;
    expect(await told()).toBe('2 {}\n2 {}\n');
    expect(await told('--beam', '4')).toBe('2 {"method":"beam","width":4}\n'.repeat(2));
    expect(await told('--sample')).toBe('2 {"method":"sample"}\n'.repeat(2));
    expect(await told('--sample', '--temperature', '0.5', '--top-k', '3', '--top-p', '1', '--seed', '0')).toBe(
      '2 {"method":"sample","temperature":0.5,"topK":3,"topP":1,"seed":0}\n'.repeat(2),
    );
  });

  it('knows what generates a sequence: a model with a decoder, or one of several', () => {
    const sequence = { generate: (): void => undefined };
    expect([sequence, { models: { a: {}, b: sequence } }].map(generates)).toEqual([true, true]);
    expect([{}, { models: { a: {}, b: null, c: 3 } }, { models: null }, null, 'generate'].map(generates)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  const typed = async (lines: readonly string[], isTTY: boolean, around: Partial<Io>, task: string): Promise<Ran> => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(Readable.from(lines.map((line) => `${line}\n`)), { isTTY }) as never);
    return attncIn(around, folder, 'generate', task, ...CPU);
  };

  it('reads lines from standard input, 64 together, one by one where a person types', async () => {
    const task = variant('counting', ...TELLING);
    const lines = [...Array.from({ length: 65 }, () => '1 2'), '', '  ', '3'];
    // An empty line of input has an empty line of output.
    expect((await typed(lines, false, {}, task)).out).toBe(`${'64 {}\n'.repeat(64)}1 {}\n\n\n1 {}\n`);
    const atTerminal = await typed(['1 2', '', '3'], true, {}, task);
    expect(atTerminal.out).toBe('1 {}\n1 {}\n');
    expect(atTerminal.err).toContain('one text a line, Ctrl-D ends; for example: 3 1 4 1 5   2 7\n');
    expect((await typed(lines, false, {}, task)).err).not.toContain('Ctrl-D');
    expect((await typed(lines, false, { readerGone: () => true }, task)).out).toBe('');
  });

  it('shows the text beside its answer on a terminal, and elsewhere one line for each of input', async () => {
    const task = variant('failing', ...TELLING, ['parse: (line) => {', "parse: (line) => {\n      if (line === 'x') throw 'a mere text';"]);
    const words = ['generate', task, ...CPU, '1 2', 'x', '3', '11'];
    const piped = await attnc(folder, ...words);
    expect({ status: piped.status, out: piped.out }).toEqual({ status: 1, out: '1 {}\n\n1 {}\n\n' });
    expect(piped.err).toContain('attnc: a mere text\nattnc: expected digits such as 3 1 4, given "11"\n');
    const shown = await attncIn({ isTTY: true }, folder, ...words);
    expect({ status: shown.status, out: shown.out }).toEqual({ status: 1, out: '1 2 -> 2 {}\n3 -> 2 {}\n' });
  });

  it('draws each text into a picture of its own', async () => {
    const draw = (task: string, picture: string, ...texts: readonly string[]): Promise<Ran> =>
      attnc(folder, 'generate', task, ...CPU, '--picture', picture, ...texts);
    const { status, err } = await draw('project', 'look.svg', '3 1', '2 7', '5');
    expect(status).toBe(0);
    expect(err.split('\n').slice(-4)).toEqual([
      ...['look.svg', 'look-2.svg', 'look-3.svg'].map((name) => `picture: ${join(folder, name)}`),
      '',
    ]);
    expect(['look.svg', 'look-2.svg', 'look-3.svg'].map((name) => readFileSync(join(folder, name), 'utf8').slice(0, 4))).toEqual([
      '<svg',
      '<svg',
      '<svg',
    ]);
    expect(await draw('project', 'none.svg', 'x')).toMatchObject({
      status: 1,
      err: expect.stringContaining('attnc: there is nothing to draw: no text was given that the task can read\n') as string,
    });
    expect((await draw('project', 'look.svg/deeper.svg', '3')).err).toContain(
      `${join(folder, 'look.svg/deeper.svg')} could not be written: a part of the path is a file`,
    );
    const broken = await draw(variant('broken', ['svg: alignmentSvg({', "svg: '<svg' + alignmentSvg({"]), 'look.png', '3');
    expect({ status: broken.status, err: broken.err }).toMatchObject({
      status: 1,
      err: expect.stringMatching(/attnc: the picture could not be drawn: .*\n {2}fix: take a \.svg file\n$/u) as string,
    });
  });
});

describe('evaluate', () => {
  it('takes the whole test set, or the part that is asked for', async () => {
    expect((await attnc(folder, 'evaluate', 'project', ...CPU)).out).toMatch(/^group\s+examples\s+right\nall\s+500 /u);
    const drawn: string[] = [];
    vi.spyOn(process, 'stderr', 'get').mockReturnValue({ isTTY: true, columns: 80, write: (text: string) => drawn.push(text) } as never);
    expect((await attnc(folder, 'evaluate', 'project', ...CPU, '--limit', '7')).out).toMatch(/\nall\s+7 /u);
    expect(drawn.join('')).toMatch(/test .*100 %/u);
  });

  it('needs a test set', async () => {
    expect(await attnc(folder, 'evaluate', variant('untested', ['test: held(500, 2)', 'test: []']), ...CPU)).toMatchObject({
      status: 1,
      err: expect.stringContaining('attnc: the task has no test set\n  fix: give it `test` examples\n') as string,
    });
  });
});

describe('the demo', () => {
  const shown = async (
    isTTY: boolean,
    place: string,
    task: string,
    ...lines: readonly string[]
  ): Promise<{ readonly out: string; readonly prompted: string }> => {
    // A module that was loaded stays so: each has its own position.
    mkdirSync(place);
    for (const name of ['model.attn', 'package.json']) copyFileSync(join(project, name), join(place, name));
    copyFileSync(join(project, 'out', 'best.safetensors'), join(place, 'checkpoint.safetensors'));
    copyFileSync(join(folder, task), join(place, 'task.ts'));
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(Readable.from(lines.map((line) => `${line}\n`)), { isTTY }) as never);
    let out = '',
      prompted = '';
    vi.spyOn(process, 'stdout', 'get').mockReturnValue(
      new Writable({
        write: (text, _, done) => {
          prompted += String(text);
          done();
        },
      }) as never,
    );
    const line = (text: string): string => (out += `${text}\n`);
    await demo({ out: line, err: line, write: line, isTTY: false, style: { color: false, width: 100 }, cwd: folder, env: {} }, place);
    return { out, prompted };
  };
  const edits: readonly Edit[] = [
    ['    small: {', "    full: { about: 'whole', dims: {}, seed: 1, batchSize: 64, steps: 400, validateEvery: 100 },\n    small: {"],
    ['steps: 400, validateEvery: 100 },\n    quick', 'steps: 2, validateEvery: 2, window: 2 },\n    quick'],
    ['show: best', "show: (output) => (output.weights.data.length === 8 ? '' : output.weights.data.length === 2 ? best(output) : '9')"],
  ];

  it('goes the whole road of a task: checks, trains, answers before and after, draws, and takes lines of ones own', async () => {
    const { out, prompted } = await shown(true, join(folder, 'demo'), variant('demonstrated', ...edits), '3 1', 'x', '', '4');
    expect([...out.matchAll(/^== (.*)$/gmu)].map(([, title]) => title!.replace(folder, ''))).toEqual([
      'the program: /demo/model.attn is checked and compiled',
      'held-out dates before training',
      'training: seconds on any machine; 2 steps',
      'the same dates after it',
      'every locale: the checkpoint that the repository ships',
      'your own dates: a locale, a colon, a date; an empty line ends',
    ]);
    expect(out).toMatch(/model\.attn: no problems\n[\s\S]*emitted demo\/out\/demo\/model\.ts: 336 parameters for this run\n/u);
    const rows = [...out.matchAll(/^ {2}(right|wrong) {2}((?:\d ?)+) {2}-> {2}(\d|\(nothing\))(?: {3}\((\d)\))?$/gmu)];
    expect(rows).toHaveLength(12);
    for (const [, verdict, digits, written, answer] of rows) {
      const largest = String(Math.max(...digits!.split(' ').map(Number)));
      expect({ verdict, answer }).toEqual(
        written === largest ? { verdict: 'right', answer: undefined } : { verdict: 'wrong', answer: largest },
      );
      if (digits!.length === 15) expect(written).toBe('(nothing)');
    }
    expect(new Set(rows.map(([, verdict]) => verdict))).toEqual(new Set(['right', 'wrong']));
    expect(rows.some(([, , digits]) => digits!.length === 15)).toBe(true);
    expect(out).toMatch(/exact on 500 dates it has never seen: \d+\.\d %\n/u);
    expect(out).toContain('drawn in demo/out/demo: 3-1-4-1-5.svg and .png, 2-7.svg and .png\n');
    expect(
      ['3-1-4-1-5.svg', '3-1-4-1-5.png', '2-7.svg', '2-7.png'].filter((name) => !existsSync(join(folder, 'demo', 'out', 'demo', name))),
    ).toEqual([]);
    expect(out).toMatch(/ends\n {2}3 1 {2}-> {2}\d?\n {2}expected digits such as 3 1 4, given "x"\n\nmore: /u);
    expect(prompted).toBe('> > > ');
  });

  it('asks for nothing where nobody types', async () => {
    const { out, prompted } = await shown(
      false,
      join(folder, 'piped'),
      variant('demonstrated-without-window', ...edits.map(([from, to]): Edit => [from, to.replace(', window: 2', '')])),
      '3 1',
    );
    expect(out).toMatch(/ends\n {2}3 1 {2}-> {2}\d?\n\nmore: /u);
    expect(prompted).toBe('');
  });
});

describe('a task', () => {
  it.each<readonly [name: string, edit: Edit, says: string]>([
    ['nameless', ["name: 'largest',", 'name: 3 as never,'], 'its `name` is not a string'],
    ['closed', ['open: async () => open(),', 'open: 3 as never,'], 'its `open` is not a function'],
    ['nothing', ['configurations: {', 'configurations: null as never, other: {'], 'its `configurations` is not an object'],
    ['unconfigured', ['configurations: {', 'configurations: {} as never, other: {'], 'it has no configuration'],
  ])('that is %s is told, by its path', async (name, edit, says) => {
    expect(await attnc(folder, 'evaluate', variant(name, edit))).toEqual({
      status: 1,
      out: '',
      err: `attnc: project/${name}.ts is not a task: ${says}\n  fix: export a \`task\` of type \`Task\` (import type { Task } from 'attnc/runtime')\n`,
    });
  });

  it('whose module or program does not hold is told', async () => {
    const missing = await attnc(
      folder,
      'evaluate',
      variant('missing', ["from 'attnc/runtime';", "from 'attnc/runtime';\nimport 'no-such-package';"]),
    );
    expect(missing.err).toMatch(
      /missing\.ts could not be loaded: Cannot find package 'no-such-package'.*\n {2}fix: install what it imports \(npm install\), or correct the import\n$/u,
    );
    const thrown = await attnc(
      folder,
      'evaluate',
      variant('throwing', ["name: 'largest',", "name: ((): never => { throw new Error('as it is loaded'); })(),"]),
    );
    expect(thrown.err).toMatch(/throwing\.ts could not be loaded: as it is loaded\n {2}fix: ATTNC_DEBUG=1 shows where it happened\n$/u);
    writeFileSync(join(project, 'bad.attn'), 'model M() -> y: [] { nothing }\n');
    const refused = await attnc(
      folder,
      'train',
      variant('bad', ["source: 'model.attn'", "source: 'bad.attn'"]),
      ...CPU,
      '--out',
      'bad-out',
    );
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.err).toMatch(/^error\[E0201\][\s\S]*attnc: project\/bad\.attn has errors: there is no model\n$/u);
  });
});

it('a checkpoint that does not say of which model it is fits a program with one model only', async () => {
  writeFileSync(
    join(project, 'two.attn'),
    `${readFileSync(join(project, 'model.attn'), 'utf8')}\nmodel Twice(x: [width]) -> { y: [width] } { { y = 2 * x } }\n`,
  );
  const { tensors, metadata } = readSafetensors(readFileSync(join(project, 'out', 'best.safetensors')));
  writeFileSync(
    join(folder, 'nameless.safetensors'),
    writeSafetensors({ tensors, metadata: new Map([...metadata].filter(([name]) => name !== 'definition')) }),
  );
  const { status, err } = await attnc(
    folder,
    'evaluate',
    variant('two', ["source: 'model.attn'", "source: 'two.attn'"]),
    ...CPU,
    '--checkpoint',
    'nameless.safetensors',
  );
  expect({ status, err }).toMatchObject({
    status: 1,
    err: expect.stringContaining(
      'nameless.safetensors cannot be used: it is of no named model, the program declares `Largest`, `Twice`\n',
    ) as string,
  });
});

describe('a checkpoint', () => {
  const best = join(project, 'out', 'best.safetensors');

  async function told(change: (metadata: Map<string, string>) => void, run?: unknown): Promise<Ran> {
    const { tensors, metadata } = readSafetensors(readFileSync(best));
    const changed = new Map(metadata);
    change(changed);
    mkdirSync(join(folder, 'other'), { recursive: true });
    writeFileSync(join(folder, 'other', 'a.safetensors'), writeSafetensors({ tensors, metadata: changed }));
    rmSync(join(folder, 'other', 'run.json'), { force: true });
    if (run !== undefined) writeFileSync(join(folder, 'other', 'run.json'), typeof run === 'string' ? run : JSON.stringify(run));
    return attnc(folder, 'generate', 'project', ...CPU, '--checkpoint', 'other/a.safetensors', '3 1');
  }
  const run = { task: 'largest', configuration: 'quick', set: {}, steps: 5, seed: 1 };

  it('says where it comes from, as far as it knows', async () => {
    const whole = await told(() => undefined);
    expect(whole.err).toMatch(/\nother\/a\.safetensors, of step 2\n$/u);
    expect(whole.err).not.toContain('on validation');
    const little = await told((metadata) => ['task', 'configuration', 'step', 'seed', 'dims'].forEach((name) => metadata.delete(name)));
    expect({ status: little.status, out: little.out }).toEqual({ status: 0, out: whole.out });
    expect(little.err).toMatch(/\nother\/a\.safetensors\n$/u);
  });

  it('leaves it to run.json which configuration it is of', async () => {
    const silent = (metadata: Map<string, string>): void => void metadata.delete('configuration');
    expect((await told(silent, run)).status).toBe(0);
    expect((await told(silent, { ...run, configuration: 'gone' })).err).toContain('largest has no configuration gone');
    expect((await told(() => undefined, { ...run, configuration: 'gone' })).status).toBe(0);
  });

  it('is of a model that the program declares', async () => {
    expect((await told((metadata) => metadata.set('definition', 'Smallest'))).err).toContain(
      'other/a.safetensors cannot be used: it is of `Smallest`, the program declares `Largest`\n  fix: take another checkpoint, or train anew\n',
    );
    expect((await told((metadata) => metadata.delete('definition'))).err).not.toContain('the program declares');
  });

  it('may not be told other sizes, but other dims', async () => {
    const set = (word: string): Promise<Ran> => attnc(folder, 'evaluate', 'project', ...CPU, '--limit', '1', '--set', word);
    expect((await set('width=8')).err).toContain('--set width=8: project/out/best.safetensors was trained with width=16');
    expect((await set('nope=8')).err).toContain('project/model.attn has no dim or option nope');
    expect((await set('width=16')).status).toBe(0);
  });

  it('that is not there is told with how to get one', async () => {
    expect((await attnc(folder, 'evaluate', 'project', '--out', 'nowhere')).err).toBe(
      'attnc: there is no checkpoint nowhere/best.safetensors or nowhere/last.safetensors or project/checkpoint.safetensors\n  fix: train first: attnc train project --out nowhere; or give one with --checkpoint\n',
    );
  });

  it('stands beside a run.json that attnc wrote', async () => {
    for (const [value, says] of [
      ['{', 'JSON'],
      ['3', 'it was not written by attnc'],
      ['null', 'it was not written by attnc'],
      [{ ...run, steps: 1.5 }, 'it was not written by attnc'],
      [{ ...run, seed: '1' }, 'it was not written by attnc'],
      [{ ...run, task: 1 }, 'it was not written by attnc'],
      [{ ...run, configuration: 1 }, 'it was not written by attnc'],
      [{ ...run, set: { width: true } }, 'it was not written by attnc'],
      [{ ...run, set: null }, 'it was not written by attnc'],
    ] as const) {
      const { status, err } = await told(() => undefined, value);
      expect({ status, err }, JSON.stringify(value)).toMatchObject({
        status: 1,
        err: expect.stringContaining(`${join(folder, 'other', 'run.json')} cannot be used: `) as string,
      });
      expect(err).toContain(says);
      expect(err).toContain('fix: delete it and give its settings as options');
    }
    expect(readRunFile(join(folder, 'nowhere'))).toBeNull();
  });
});

describe('train', () => {
  const train = (task: string, ...words: readonly string[]): Promise<Ran> => attnc(folder, 'train', task, ...CPU, ...words);
  const runIn = (out: string): unknown => readRunFile(join(folder, out));

  it('needs no validation set: what came last is the best', async () => {
    const { status, out, err } = await train(
      variant('unvalidated', ['validation: held(200, 1)', 'validation: []']),
      '--steps',
      '3',
      '--out',
      'unvalidated',
    );
    expect({ status, out }).toEqual({ status: 0, out: '' });
    expect(err).toMatch(/\nsaved in unvalidated: last\.safetensors\n$/u);
    expect(checkpointInfo(readFileSync(join(folder, 'unvalidated', 'best.safetensors')))).toMatchObject({
      step: 3,
      task: 'largest',
      configuration: 'small',
    });
  });

  it('stops where the configuration loses its patience', async () => {
    const task = variant(
      'impatient',
      ['validateEvery: 100 }', 'validateEvery: 1, patience: 1 }'],
      [
        'dims: {},\n    train',
        "dims: {},\n    training: { validate: { metrics: async () => ({ same: 1 }), watch: 'same' } } as never,\n    train",
      ],
    );
    expect((await train(task, '--steps', '50', '--out', 'impatient')).err).toContain('best.safetensors (step 1)');
    expect(checkpointInfo(readFileSync(join(folder, 'impatient', 'last.safetensors'))).step).toBe(2);
  });

  it('goes on with the settings of its run, as far as none are given', async () => {
    const task = variant('short', ['steps: 400', 'steps: 5']);
    const inOut = (...words: readonly string[]): Promise<Ran> => train(task, ...words, '--out', 'settings');
    const resume = (...words: readonly string[]): Promise<Ran> => inOut('--resume', ...words);
    const reached = (): number | undefined => checkpointInfo(readFileSync(join(folder, 'settings', 'last.safetensors'))).step;
    await inOut('--quick', '--steps', '2', '--seed', '3', '--set', 'width=6');
    const began = { task: 'largest', configuration: 'quick', set: { width: 6 }, steps: 2, seed: 3 };
    expect(runIn('settings')).toEqual(began);
    expect(await inOut('--quick')).toMatchObject({
      status: 1,
      err: 'attnc: settings holds a run already\n  fix: --resume goes on from it, --fresh begins anew and loses it, --out DIR takes another folder\n',
    });
    expect((await resume('--steps', '3')).status).toBe(0);
    expect([reached(), runIn('settings')]).toEqual([3, { ...began, steps: 3 }]);
    // Another configuration has steps of its own.
    expect((await resume('--config', 'small')).status).toBe(0);
    expect([reached(), runIn('settings')]).toEqual([5, { ...began, configuration: 'small', steps: 5 }]);
    expect((await resume('--config', 'small', '--seed', '3')).status).toBe(0);
    expect(await resume('--seed', '4')).toMatchObject({
      status: 2,
      err: expect.stringContaining('--seed 4 does not go with --resume: settings began with the seed 3,') as string,
    });
    writeFileSync(join(folder, 'settings', 'run.json'), JSON.stringify({ ...began, task: 'other' }));
    expect((await resume()).err).toBe(
      'attnc: settings holds a run of the task other, not of largest\n  fix: give another folder with --out\n',
    );
    // Without it the command line alone says what the run is.
    rmSync(join(folder, 'settings', 'run.json'));
    expect((await resume('--set', 'width=6', '--seed', '3', '--steps', '6')).status).toBe(0);
    expect([reached(), runIn('settings')]).toEqual([6, { ...began, configuration: 'small', steps: 6 }]);
  });

  it('keeps as many of the last checkpoints as it is told, each under its step', async () => {
    const task = variant('kept', ['validateEvery: 100 }', 'validateEvery: 2 }']);
    const steps = (): string[] =>
      readdirSync(join(folder, 'kept'))
        .filter((name) => name.startsWith('step-'))
        .sort();
    const run = async (...words: readonly string[]): Promise<void> => {
      const { status, err } = await train(task, ...words, '--out', 'kept');
      expect(status, err).toBe(0);
    };
    await run('--steps', '7', '--keep', '3');
    expect(steps()).toEqual(['step-4.safetensors', 'step-6.safetensors', 'step-7.safetensors']);
    expect(readFileSync(join(folder, 'kept', 'step-7.safetensors'))).toEqual(readFileSync(join(folder, 'kept', 'last.safetensors')));
    expect(checkpointInfo(readFileSync(join(folder, 'kept', 'step-4.safetensors'))).step).toBe(4);
    await run('--steps', '10', '--keep', '2', '--resume');
    expect(steps()).toEqual(['step-10.safetensors', 'step-8.safetensors']);
    await run('--steps', '1', '--fresh');
    expect(steps()).toEqual([]);
  });

  it('goes on without its best, where that is gone', async () => {
    const task = variant('forgetful', ['validateEvery: 100 }', 'validateEvery: 1 }']);
    await train(task, '--steps', '1', '--out', 'forgetful');
    rmSync(join(folder, 'forgetful', 'best.safetensors'));
    expect((await train(task, '--resume', '--steps', '2', '--out', 'forgetful')).status).toBe(0);
    expect(checkpointInfo(readFileSync(join(folder, 'forgetful', 'last.safetensors'))).step).toBe(2);
  });

  it('asks the folder of the configuration that is meant for its seed', async () => {
    const seeded = (...words: readonly string[]): Promise<Ran> => train('project', '--resume', '--seed', '2', ...words);
    expect((await seeded()).err).toContain('project/out began with the seed 1');
    // The run of another configuration does not count, and there is none of this.
    expect((await seeded('--config', 'quick')).err).toContain('project/out/quick holds no run to go on from');
    expect((await seeded('--config', 'small')).err).toContain('project/out began with the seed 1');
  });

  it('may have the working folder for its output', async () => {
    const here = (...words: readonly string[]): Promise<Ran> =>
      attnc(join(folder, 'here'), 'train', '../project', ...CPU, '--steps', '2', '--out', '.', ...words);
    mkdirSync(join(folder, 'here'));
    expect((await here()).err).toMatch(/\nsaved in \.: last\.safetensors\n$/u);
    expect((await here()).err).toContain('attnc: . holds a run already\n');
    expect((await here('--resume', '--seed', '9')).err).toContain('does not go with --resume: . began with the seed 1,');
  });

  it('that is interrupted says how to go on, where there is something to go on from', async () => {
    const atOnce = variant('at-once', ['train: draw,', "get train() {\n      process.emit('SIGINT');\n      return draw;\n    },"]);
    const stopped = await train(atOnce, '--quick', '--out', 'at-once');
    expect(stopped.status).toBe(130);
    expect(stopped.err).toMatch(
      /\n\nstopping after this step; once more stops at once\n[\s\S]*stopped before the first step: nothing was saved\n$/u,
    );
    expect(existsSync(join(folder, 'at-once', 'last.safetensors'))).toBe(false);

    const inBetween = variant('in-between', [
      'train: draw,',
      "train: (random) => {\n      process.emit('SIGINT');\n      return draw(random);\n    },",
    ]);
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    const saved = await train(inBetween, '--quick', '--out', 'in-between');
    expect(saved.status).toBe(130);
    expect(saved.err).toMatch(
      /\nstopped after step 1; in-between holds last\.safetensors \(step 1\) and best\.safetensors \(step 1\)\nTo go on: attnc train project\/in-between\.ts --quick --out in-between --backend cpu --resume\n$/u,
    );
    // Each further one stops at once.
    expect(exit).toHaveBeenCalledTimes(63);
    expect(exit).toHaveBeenLastCalledWith(130);
    expect([process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')]).toEqual([0, 0]);
  });
});
