import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRun, type RunEvent } from '../../compiler/cli/runs/log.ts';
import { attnc, requireBuilt, scratch } from './support.ts';

const folder = scratch();
const train = (out: string, ...more: readonly string[]) => attnc(folder, 'train', 'project', '--backend', 'cpu', '--out', out, ...more);
const log = (out: string): string => join(folder, out, 'log.jsonl');
const eventsOf = (out: string): RunEvent[] =>
  readFileSync(log(out), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);

describe('a log of each run', () => {
  beforeAll(async () => {
    requireBuilt();
    await attnc(folder, 'init', 'project');
    expect((await train('runs/one', '--steps', '20')).status).toBe(0);
    expect((await train('runs/two', '--steps', '10', '--seed', '7')).status).toBe(0);
  });

  it('tells with what it began, and every event', () => {
    const events = eventsOf('runs/one');
    expect(events[0]).toMatchObject({ kind: 'start', step: 0, steps: 20, seed: 1, backend: 'cpu', node: process.version, attnc: '0.1.0' });
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 20, reason: 'budget' });
    const progress = events.find(({ kind }) => kind === 'progress');
    expect(progress).toMatchObject({
      step: expect.any(Number) as number,
      loss: expect.any(Number) as number,
      memory: expect.any(Number) as number,
    });
  });

  it('goes on when the run does, and leaves out what is done again', async () => {
    expect((await train('runs/two', '--steps', '30', '--resume')).status).toBe(0);
    expect(eventsOf('runs/two').filter(({ kind }) => kind === 'start')).toHaveLength(2);
    const run = readRun(join(folder, 'runs/two'))!;
    expect(run.end).toMatchObject({ step: 30 });
    expect(run.progress.map(({ step }) => step)).toEqual([...new Set(run.progress.map(({ step }) => step))]);
  });

  it('has the batch, the validations and the patience that it is told, also when it goes on', async () => {
    expect((await train('paced', '--steps', '10', '--batch', '8', '--validate-every', '5')).status).toBe(0);
    expect((await train('paced', '--steps', '15', '--resume')).status).toBe(0);
    const run = readRun(join(folder, 'paced'))!;
    expect(run.start).toMatchObject({ step: 10, batchSize: 8, validateEvery: 5 });
    expect(run.validations.map(({ step }) => step)).toEqual([5, 10, 15]);
    expect((await train('wrong', '--batch', '0')).err).toContain('--batch takes a whole number from 1');
  });

  it('survives what a full disk or a killed process leaves', () => {
    mkdirSync(join(folder, 'cut'));
    writeFileSync(log('cut'), readFileSync(log('runs/one'), 'utf8').slice(0, -5));
    expect(readRun(join(folder, 'cut'))).toMatchObject({ end: null, start: { seed: 1 } });
    appendFileSync(log('cut'), '\n{}\n');
    expect(() => readRun(join(folder, 'cut'))).toThrow(/line \d+: this is no event/u);
  });

  it('is compared with others, in what differs; what is no log hides none', async () => {
    mkdirSync(join(folder, 'runs', 'broken'));
    writeFileSync(log('runs/broken'), '{"kind":"start","step":0}\n');
    const { out, err, status } = await attnc(folder, 'runs', 'runs', '--svg', 'curves.svg');
    expect(status).toBe(0);
    expect(err).toContain('runs/broken/log.jsonl, line 1: this is no event of a training run: left out');
    const [head, one, two] = out.split('\n');
    expect(head).toMatch(/^run +state +seed +step +minutes +steps\/s +loss +best at +validation/u);
    expect(one).toMatch(/^runs\/one +done +1 +20 of 20 /u);
    expect(two).toMatch(/^runs\/two +done +7 +30 of 30 /u);
    expect(readFileSync(join(folder, 'curves.svg'), 'utf8')).toContain('runs/two</text>');
    expect(JSON.parse((await attnc(folder, 'runs', 'runs', '--json')).out)).toMatchObject([
      { run: 'runs/one', seed: 1 },
      { seed: 7, step: 30 },
    ]);
  });

  it('that is not there is told', async () => {
    expect(await attnc(folder, 'runs', 'project/out-of-nowhere')).toMatchObject({
      status: 1,
      err: expect.stringContaining('there is no log.jsonl of a run') as string,
    });
    expect(existsSync(join(folder, 'project', 'log.jsonl'))).toBe(false);
  });
});
