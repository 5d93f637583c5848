import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { BACKEND_NAMES, BackendError, reportBackends, useBackend } from '../../runtime/backend/index.ts';
import { runDoctor } from '../../compiler/cli/backend/doctor.ts';

const reports = await reportBackends();
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a script of the project in a Node process of its own. */
function node(script: string, env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
}

const USE = "import { useBackend } from './runtime/backend/index.ts';";

test('every backend is reported once, fastest first, and says how to get it where it is missing', () => {
  expect(reports.map(({ name }) => name)).toEqual([...BACKEND_NAMES]);
  for (const { usable, detail, remedy } of reports) {
    expect(detail).not.toBe('');
    expect(remedy === undefined).toBe(usable);
  }
  expect(reports.filter(({ usable }) => usable).map(({ name }) => name)).toEqual(expect.arrayContaining(['wasm', 'cpu']));
});

test('reporting leaves the active backend as it is', async () => {
  await useBackend('cpu');
  await reportBackends();
  expect(tf.getBackend()).toBe('cpu');
});

test('auto takes the first backend that the report allows it', async () => {
  expect((await useBackend('auto')).name).toBe(reports.find(({ auto }) => auto)?.name);
});

test('a name that no backend has is refused with the names there are', async () => {
  await expect(useBackend('gpu' as 'cpu')).rejects.toThrow("there is no backend 'gpu': choose auto, tensorflow, webgpu, wasm, cpu");
});

test('a backend asked for by name that is not installed is an error with its remedy, and not another backend', () => {
  const script = `${USE} try { await useBackend('tensorflow'); } catch (e) { console.log(e.name, e.backend, '|', e.reason, '|', e.remedy); }`;
  const { stdout } = node(script, { XDG_CACHE_HOME: '/nonexistent' });
  expect(stdout.trim()).toBe('BackendError tensorflow | its native library is not installed | npx attnc backend install tensorflow');
});

test('the error names backend, reason and fix', () => {
  expect(new BackendError('webgpu', 'no adapter', 'install a driver').message).toBe(
    "the backend 'webgpu' cannot be used: no adapter\n  fix: install a driver",
  );
});

test.each([
  ['nobody asked for one', ''],
  ['nobody waited for it', "const waiting = useBackend('cpu');"],
  ['some were only looked at', 'await reportBackends();'],
])('a model made where no backend is active says what to call: %s', (_name, before) => {
  const script = `import { reportBackends, useBackend, Weights } from './runtime/index.ts'; ${before}
    try { new Weights([], 0); } catch (e) { console.log(e.name, e.message); }`;
  expect(node(script).stdout).toBe(
    "BackendError no backend is active yet\n  fix: call `await useBackend('auto')` first, before a model is made\n",
  );
});

describe.each(reports.filter(({ usable }) => usable))('$name', ({ name }) => {
  test('computes, prints nothing of its own, and lets the process end', () => {
    const script = `${USE} import * as tf from '@tensorflow/tfjs-core';
      await useBackend('${name}');
      const x = tf.tensor2d([[1, 2], [3, 4]]);
      const y = tf.matMul(x, x, true, false);
      console.log([...(await y.data())].join());`;
    const { status, stdout, stderr } = node(script);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '10,14,14,20\n', stderr: '' });
  });

  test('can be chosen again after another one', async () => {
    await useBackend(name);
    await useBackend('cpu');
    await useBackend(name);
    const [x, y] = [tf.scalar(2), tf.scalar(3)];
    const sum = tf.add(x, y);
    expect((await sum.data())[0]).toBe(5);
    tf.dispose([x, y, sum]);
  });
});

test.each([
  ['an error', "throw new TypeError('mine');"],
  ['a rejection', "void Promise.reject(new TypeError('mine')); await new Promise((done) => setTimeout(done, 100));"],
])("%s of the user's program is reported as without wasm: at its position, and nothing else", (_name, failing) => {
  const { status, stderr } = node(`${USE} await useBackend('wasm'); ${failing}`);
  expect(status).toBe(1);
  expect(stderr).toContain('TypeError: mine');
  expect(stderr.length).toBeLessThan(1500);
  expect(stderr).not.toContain('tfjs-backend-wasm');
});

test('starting wasm leaves listeners of the process that are not its own', () => {
  const script = `${USE} const mine = () => {}; const other = () => {};
    process.on('uncaughtException', mine);
    const started = useBackend('wasm'); process.on('unhandledRejection', other); await started;
    console.log(process.listeners('uncaughtException').join(), process.listeners('unhandledRejection').join());`;
  expect(node(script)).toMatchObject({ status: 0, stdout: '() => {} () => {}\n' });
});

test('doctor lists the backends as text, and the same as JSON', async () => {
  const lines: string[] = [];
  const io = { out: (line: string) => lines.push(line), err: (line: string) => lines.push(line) };
  expect(await runDoctor(io, false)).toBe(0);
  for (const name of BACKEND_NAMES) expect(lines.some((line) => line.includes(name))).toBe(true);
  lines.length = 0;
  expect(await runDoctor(io, true)).toBe(0);
  expect(JSON.parse(lines.join('\n'))).toMatchObject({ backends: reports, auto: reports.find(({ auto }) => auto)?.name });
});
