/** Readers that go away: what is at work goes on to its end and says nothing of them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointInfo } from '../../runtime/index.ts';
import { attnc, isBuilt, root, type Trial } from './crash-trial.ts';

const PROGRAM = 'dim n = 4\n\nmodel Double(x: [n]) -> y: [n] {\n  y = 2 * x\n}\n';

export async function closedPipes(trial: Trial): Promise<void> {
  if (!isBuilt()) return trial.count('closed pipes, not tried: nothing is built');
  const folder = join(trial.folder, 'pipes');
  await mkdir(folder);
  const files = ['a.attn', 'b.attn', 'c.attn'];
  for (const file of files) await writeFile(join(folder, file), PROGRAM);
  const lines: readonly (readonly string[])[] = [
    ['--help'],
    ['explain'],
    ['explain', 'E0302'],
    ['check', '.'],
    ['check', '--json', '.'],
    ['compile', ...files],
    ['compile', '--stdout', 'a.attn'],
    ['summary', join(root, 'models', 'transformer', 'model.attn')],
    ['graph', 'a.attn'],
    ['doctor'],
  ];
  for (const words of lines) {
    for (const streams of [['stdout'], ['stderr'], ['stdout', 'stderr']] as const) {
      const { status, signal, err } = await attnc(folder, words, (child) => {
        for (const name of streams) child[name]!.destroy();
      });
      trial.count('command lines whose reader goes away');
      if (status !== 0 || err.includes('EPIPE'))
        trial.fail(`${words.join(' ')} without a reader of ${streams.join(' and ')} ends with ${status ?? signal}: ${err}`);
    }
  }
  const compiled = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  if (compiled.length !== files.length) trial.fail(`compile without a reader wrote only ${compiled.join(', ')}`);
  await trained(trial, join(trial.folder, 'unread'));
}

async function trained(trial: Trial, project: string): Promise<void> {
  await mkdir(project);
  await attnc(project, ['init']);
  for (const streams of [['stderr'], ['stdout', 'stderr']] as const) {
    const { status, signal } = await attnc(project, ['train', '.', '--backend', 'cpu', '--quick', '--fresh'], (child) => {
      child.stderr!.once('data', () => {
        for (const name of streams) child[name]!.destroy();
      });
    });
    trial.count('trainings whose reader goes away');
    const { step } = checkpointInfo(new Uint8Array(await readFile(join(project, 'out', 'quick', 'last.safetensors'))));
    if (status !== 0 || step !== 50)
      trial.fail(`a training without a reader of ${streams.join(' and ')} ends with ${status ?? signal} at step ${step}`);
  }
}
