import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointInfo, readSafetensors, writeSafetensors } from '../../runtime/index.ts';
import { attnc, attncProcess, bin, interrupted, requireBuilt, root, scratch, type Ran } from './support.ts';

beforeAll(requireBuilt);

async function project(): Promise<string> {
  const folder = scratch();
  await attnc(folder, 'init');
  return folder;
}

function numbersOf(file: string): Readonly<Record<string, number[]>> {
  return Object.fromEntries([...readSafetensors(readFileSync(file)).tensors].map(([name, { data }]) => [name, Array.from(data)]));
}

const CPU = ['--backend', 'cpu'];

describe('a project of `attnc init`', () => {
  it('trains, goes on to the same numbers as without a break, generates and evaluates', { timeout: 300_000 }, async () => {
    const folder = await project();
    const whole = await attncProcess(folder, ['train', '.', ...CPU, '--steps', '120', '--out', 'whole']);
    expect(whole.err).toContain('saved in whole');
    expect(whole.status).toBe(0);
    expect(whole.out).toMatch(/^group\s+examples\s+right\nall\s+200/);
    expect((await attnc(folder, 'train', '.', ...CPU, '--steps', '50')).status).toBe(0);
    const again = await attnc(folder, 'train', '.', ...CPU);
    expect(again.status).toBe(1);
    expect(again.err).toContain('--resume goes on from it');
    expect((await attncProcess(folder, ['train', '.', ...CPU, '--steps', '120', '--resume'])).err).toContain('going on from step 50');
    expect(numbersOf(join(folder, 'out/last.safetensors'))).toEqual(numbersOf(join(folder, 'whole/last.safetensors')));

    const answers = await attncProcess(folder, ['generate', '.', ...CPU, '--out', 'whole'], { input: '3 1 4\nfoo\n7 7 9\n\n3,\n7 9\n' });
    expect(answers.status).toBe(1);
    expect(answers.err).toContain('expected digits');
    expect(answers.out, 'a line for each, blank ones and refused ones too').toMatch(/^\d\n\n\d\n\n\n\d\n$/);
    expect((await attnc(folder, 'evaluate', '.', ...CPU, '--limit', '50')).out).toMatch(/all\s+50/);
  });

  it('keeps the run of every configuration apart', { timeout: 300_000 }, async () => {
    const folder = await project();
    expect((await attnc(folder, 'generate', '.', ...CPU, '--config', 'quick', '1 2')).err).toMatch(
      /no checkpoint out\/quick\/best.*\n {2}fix: train first: attnc train \. --config quick;/,
    );
    expect((await attnc(folder, 'train', '.', ...CPU, '--quick')).err).toContain('saved in out/quick');
    expect((await attnc(folder, 'generate', '.', ...CPU, '1 2')).err).toContain(
      'train first: attnc train .; or take a run that is there: --config quick',
    );
    expect((await attnc(folder, 'train', '.', ...CPU, '--steps', '7')).err).toContain('saved in out:');
    expect((await attnc(folder, 'generate', '.', ...CPU, '1 2')).err).toContain('out/best.safetensors, of step 7');
    expect((await attnc(folder, 'evaluate', '.', ...CPU, '--config', 'quick', '--limit', '5')).err).toContain(
      'out/quick/best.safetensors, the best on validation, of step 50',
    );
    expect(await attnc(folder, 'generate', '.', '--config', 'quick', '--out', 'out', '1 2')).toMatchObject({ status: 2 });
  });

  it('draws what it looked at; a task without pictures says so', { timeout: 300_000 }, async () => {
    const folder = await project();
    expect((await attnc(folder, 'train', '.', ...CPU, '--quick', '--steps', '2')).status).toBe(0);
    const draw = ['generate', '.', ...CPU, '--config', 'quick', '--picture', 'a.png', '3 1 4'];
    expect(await attnc(folder, ...draw)).toMatchObject({ status: 0 });
    expect(existsSync(join(folder, 'a.png'))).toBe(true);
    writeFileSync(
      join(folder, 'task.ts'),
      readFileSync(join(folder, 'task.ts'), 'utf8').replace(/pictures: [\s\S]*?\n {4}\},\n/u, 'pictures: async () => [],\n'),
    );
    // This process has the task as it was.
    expect((await attncProcess(folder, draw)).err).toContain('the task makes no picture of this');
  });

  it('is installed by npm without a registry, and typed: TypeScript takes it as it stands', { timeout: 300_000 }, async () => {
    const folder = await project();
    const installed = spawnSync('npm', ['install', '--offline', '--no-audit', '--no-fund'], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect({ status: installed.status, stderr: installed.stderr }).toMatchObject({ status: 0 });
    const npx = (...words: readonly string[]): { readonly status: number | null; readonly stdout: string } =>
      spawnSync('npx', ['--no-install', ...words], { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
    expect(npx('attnc', 'compile', 'model.attn').stdout).toBe('model.attn -> model.ts\n');
    // A page may stand beside it.
    writeFileSync(
      join(folder, 'use.ts'),
      "import { Largest } from './model.ts';\ndocument.body.textContent = String(new Largest({ seed: 1 }).parameters);\n",
    );
    expect(npx('tsc')).toMatchObject({ status: 0, stdout: '' });
  });

  it('is saved by Ctrl-C', { timeout: 300_000 }, async () => {
    const folder = await project();
    const { status, err } = await interrupted(folder, ['train', '.', ...CPU, '--steps', '1000000'], /parameters\n/, 'SIGINT');
    expect(err).toContain('To go on: attnc train . --backend cpu --resume');
    expect(err).toMatch(/stopped after step (\d+); out holds last\.safetensors \(step \1\) and best\.safetensors \(step \d+\)\n/);
    expect(err).not.toContain('from outside');
    expect(status).toBe(130);
    expect(existsSync(join(folder, 'out/last.safetensors'))).toBe(true);
  });

  it('goes on when nobody reads any more what it says', { timeout: 300_000 }, async () => {
    const folder = await project();
    const status = await new Promise((resolve) => {
      const child = spawn(process.execPath, [bin, 'train', '.', ...CPU, '--steps', '120'], { cwd: folder });
      child.stderr.once('data', () => {
        child.stderr.destroy();
        child.stdout.destroy();
      });
      child.on('close', resolve);
    });
    expect(status).toBe(0);
    expect(checkpointInfo(readFileSync(join(folder, 'out/last.safetensors'))).step).toBe(120);
  });

  it('has its folder for itself; what a killed run leaves is taken away', { timeout: 300_000 }, async () => {
    const folder = await project();
    const first = spawn(process.execPath, [bin, 'train', '.', ...CPU, '--steps', '1000000'], { cwd: folder });
    const ended = new Promise((resolve) => first.on('close', resolve));
    await new Promise<void>((resolve) => first.stderr.on('data', (text: Buffer) => text.includes(' parameters') && resolve()));
    for (const words of [[], ['--fresh'], ['--resume']]) {
      expect((await attnc(folder, 'train', '.', ...CPU, '--steps', '5', ...words)).err, words.join()).toContain(
        `out is in use: process ${first.pid} has trained into it since`,
      );
    }
    first.kill('SIGKILL');
    await ended;
    writeFileSync(join(folder, 'out', `last.safetensors.${first.pid}.part`), 'half');
    expect(await attnc(folder, 'train', '.', ...CPU, '--steps', '5', '--fresh')).toMatchObject({ status: 0 });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'best.safetensors',
      'last.safetensors',
      'log.jsonl',
      'model.graphs.json',
      'model.ts',
      'run.json',
    ]);
  });

  it('believes the dims of a checkpoint only where its tensors have them, and searches only where a sequence is generated', {
    timeout: 300_000,
  }, async () => {
    const folder = await project();
    expect((await attnc(folder, 'train', '.', ...CPU, '--steps', '2')).status).toBe(0);
    const generate = (...words: readonly string[]): Promise<Ran> => attnc(folder, 'generate', '.', ...CPU, ...words, '1 2');
    for (const [word, name] of [
      [['--beam', '4'], 'beam'],
      [['--sample'], 'sample'],
    ] as const) {
      const { status, err } = await generate(...word);
      expect({ status, err }).toMatchObject({
        status: 2,
        err: expect.stringContaining(`--${name} has nothing to search: the model of this task does not generate a sequence`) as string,
      });
    }
    const { tensors, metadata } = readSafetensors(readFileSync(join(folder, 'out/best.safetensors')));
    const hostile = join(folder, 'hostile.safetensors');
    for (const [left, message] of [
      [tensors, '`table` would be [digits = 10, width = 20000000], its tensor is [10, 16]'],
      [new Map(), '`table` would be [digits = 10, width = 20000000], and it has no such tensor'],
    ] as const) {
      writeFileSync(
        hostile,
        writeSafetensors({ tensors: left, metadata: new Map([...metadata, ['dims', '{"digits":10,"width":20000000}']]) }),
      );
      const { status, err } = await generate('--checkpoint', 'hostile.safetensors');
      expect(err).toContain(`hostile.safetensors cannot be used: by its dims ${message}`);
      expect(status).toBe(1);
    }
    writeFileSync(hostile, writeSafetensors({ tensors, metadata: new Map([...metadata, ['task', '\u001b[2Jred']]) }));
    expect((await generate('--checkpoint', 'hostile.safetensors')).err).toContain('belongs to the task \\u{1B}[2Jred,');
    expect((await generate()).status).toBe(0);
  });

  it('keeps what --set changed for generating and evaluating, and refuses another size', { timeout: 300_000 }, async () => {
    const folder = await project();
    expect((await attncProcess(folder, ['train', '.', ...CPU, '--steps', '5', '--set', 'width=6'])).err).toContain('126 parameters');
    const generate = (...words: readonly string[]): Promise<Ran> => attnc(folder, 'generate', '.', ...CPU, ...words, '1 2');
    expect(await generate()).toMatchObject({ status: 0 });
    expect(await generate('--set', 'width=6')).toMatchObject({ status: 0 });
    const { status, err } = await generate('--set', 'width=8');
    expect({ status, err }).toEqual({
      status: 2,
      err: 'attnc: --set width=8: out/best.safetensors was trained with width=6, and sizes belong to the checkpoint\n  fix: leave --set width out, or train with it into another folder (--out DIR)\n',
    });
  });

  it('goes on after a --resume with settings that the checkpoint refused', { timeout: 300_000 }, async () => {
    const folder = await project();
    const train = (...words: readonly string[]): Promise<Ran> => attnc(folder, 'train', '.', ...CPU, ...words);
    expect(await train('--steps', '5')).toMatchObject({ status: 0 });
    expect((await train('--resume', '--set', 'width=8')).err).toContain('the checkpoint does not fit the model');
    const task = readFileSync(join(folder, 'task.ts'), 'utf8');
    writeFileSync(join(folder, 'task.ts'), "throw new Error('the task was loaded');\n");
    const seeded = await attncProcess(folder, ['train', '.', ...CPU, '--resume', '--seed', '2']);
    expect(seeded).toMatchObject({
      status: 2,
      err: expect.stringContaining('out began with the seed 1, and the run cannot go on as it began with another') as string,
    });
    writeFileSync(join(folder, 'task.ts'), task);
    expect((await attncProcess(folder, ['train', '.', ...CPU, '--resume'])).err).toContain('going on from step 5');
  });

  it('says in one line what is wrong with a checkpoint', { timeout: 300_000 }, async () => {
    const folder = await project();
    expect((await attnc(folder, 'generate', '.', ...CPU, '1 2')).err).toContain('train first: attnc train .');
    writeFileSync(join(folder, 'bad.safetensors'), 'not a checkpoint at all');
    const { status, err } = await attnc(folder, 'generate', '.', ...CPU, '--checkpoint', 'bad.safetensors', '1 2');
    expect(status).toBe(1);
    expect(err).toContain('bad.safetensors cannot be used: not a safetensors file');
    expect(err).not.toContain('    at ');
    mkdirSync(join(folder, 'out'), { recursive: true });
    writeFileSync(join(folder, 'out', 'last.safetensors'), 'cut');
    const resumed = await attnc(folder, 'train', '.', ...CPU, '--resume');
    expect(resumed.status).toBe(1);
    expect(resumed.err).toMatch(/attnc: out\/last\.safetensors cannot be used: not a safetensors file.*\n {2}fix: .*--fresh/);
  });
});

describe('modules of a task', () => {
  it('share the one runtime and tfjs of the command, whatever is installed beside them', { timeout: 300_000 }, async () => {
    const folder = await project();
    for (const name of ['attnc', '@tensorflow/tfjs-core']) {
      const decoy = join(folder, 'node_modules', name);
      mkdirSync(decoy, { recursive: true });
      writeFileSync(
        join(decoy, 'package.json'),
        JSON.stringify({ name, type: 'module', exports: { '.': './index.js', './runtime': './index.js' } }),
      );
      writeFileSync(join(decoy, 'index.js'), "throw new Error('a second copy was loaded');\n");
    }
    const task = readFileSync(join(folder, 'task.ts'), 'utf8');
    writeFileSync(
      join(folder, 'task.ts'),
      `import * as tf from '@tensorflow/tfjs-core';\n${task.replace('create: (emitted, options', "create: (emitted, options: ModelOptions<Record<string, number>>) => { console.log('task sees', tf.getBackend()); return new emitted.Largest(options); },\n  other: (emitted: never, options")}`,
    );
    const { out, status, err } = await attncProcess(folder, ['train', '.', ...CPU, '--steps', '2']);
    expect(err).not.toContain('second copy');
    expect(out).toContain('task sees cpu');
    expect(status).toBe(0);
  });

  it('that cannot be loaded are named', { timeout: 300_000 }, async () => {
    const folder = await project();
    writeFileSync(join(folder, 'task.ts'), 'export const task = {;\n');
    expect((await attncProcess(folder, ['train', '.'])).err).toMatch(/task\.ts could not be loaded: /);
    writeFileSync(join(folder, 'task.ts'), 'export const task = { name: "x" };\n');
    expect((await attncProcess(folder, ['train', '.'])).err).toContain('its `source` is missing');
    const { status, err } = await attnc(folder, 'train', 'nowhere');
    expect({ status, err }).toEqual({
      status: 1,
      err: 'attnc: there is no nowhere\n  fix: give the folder of a task.ts, or the path of such a file\n',
    });
  });
});

describe('the process', () => {
  it('of `attnc check` loads neither ts-morph nor tfjs nor the rasteriser', { timeout: 300_000 }, async () => {
    const folder = scratch();
    const log = join(folder, 'loaded.txt');
    const hooks = `import { appendFileSync } from 'node:fs';
      export async function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context); }`;
    const register = `import { register } from 'node:module'; register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))});`;
    const { status } = await attncProcess(root, ['check', 'models/bahdanau/model.attn'], {
      node: ['--import', `data:text/javascript,${encodeURIComponent(register)}`],
    });
    expect(status).toBe(0);
    const loaded = readFileSync(log, 'utf8');
    expect(loaded).toContain('/dist/grammar/index.js');
    expect(loaded).not.toMatch(/ts-morph|tfjs|resvg|tsx|\/runtime\/(?!near\.js)/);
  });

  it('watches: compiles again on a change of what is imported, and goes on after errors', { timeout: 300_000 }, async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'lib.attn'), 'block F(x: [n]) -> [n] { 2 * x }\n');
    writeFileSync(join(folder, 'a.attn'), 'import F from "./lib"\ndim n = 4\nmodel M(x: [n]) -> { y: [n] } { { y = F(x) } }\n');
    // At once: a round must not read half of it.
    const save = (text: string): void => {
      writeFileSync(join(folder, 'lib.new'), text);
      renameSync(join(folder, 'lib.new'), join(folder, 'lib.attn'));
    };
    const rounds: string[] = [];
    const steps: Readonly<Record<number, () => void>> = {
      1: () => save('block F(x: [n]) -> [n] { 2 * z }\n'),
      2: () => {
        rounds.push(readFileSync(join(folder, 'a.ts'), 'utf8'));
        save('block F(x: [n]) -> [n] { 3 * x }\n');
      },
      3: () => rounds.push(readFileSync(join(folder, 'a.ts'), 'utf8')),
    };
    const counting = /watching/g;
    let seen = 0;
    const when = {
      test: (err: string): boolean => {
        const count = err.match(counting)?.length ?? 0;
        while (seen < count) steps[++seen]?.();
        return seen >= 3;
      },
    };
    const { status, err } = await interrupted(folder, ['compile', '--watch', 'a.attn'], when, 'SIGINT');
    expect(status).toBe(0);
    expect(err).toContain('error[E0201]');
    expect(rounds[0]).not.toBe(rounds[1]);
  });
});

describe('what a shell puts around a command', () => {
  const shell = (folder: string, line: string): Ran => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', line, process.execPath, bin], { cwd: folder, encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  };

  it.skipIf(!existsSync('/dev/fd'))('a pipe with a name is read once, and whole', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'bad.attn'), 'block B(x: [a]) -> [a] { nowhere }\n');
    const { status, err } = shell(folder, '"$0" "$1" check <(cat bad.attn)');
    expect([status, err]).toEqual([1, expect.stringContaining('error[E0201]')]);
  });

  it.skipIf(!existsSync('/dev/full'))('results that a full disk does not take are an error, in one line', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'good.attn'), 'dim d = 3\nmodel M(x: [d]) -> y: [d] { 2 * x }\n');
    const lost = shell(folder, '"$0" "$1" compile --stdout good.attn > /dev/full');
    expect([lost.status, lost.err]).toEqual([1, 'attnc: the results could not be written: the disk is full\n']);
  });
});
