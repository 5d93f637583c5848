/** One process of the attack: does the tasks that it is sent, one after the other. */
import { reportBackends, type BackendName } from '../../runtime/index.ts';
import { Texts } from './build.ts';
import { Emitted } from './emitted.ts';
import { Mutants } from './mutants.ts';
import { messageOf } from './programs.ts';
import { PARTS, type Task } from './parts.ts';
import { Tally, type CounterExample, type Counts, type Notes } from './tally.ts';

export interface Answer {
  readonly counts: Counts;
  readonly notes: Notes;
  readonly examples: readonly CounterExample[];
}

const wanted = process.env.ATTACK_BACKENDS?.split(',');
const usable = (await reportBackends())
  .filter(({ usable: is, name }) => is && (wanted?.includes(name) ?? true))
  .map(({ name }): BackendName => name);
const order: readonly BackendName[] = ['cpu', 'wasm', 'tensorflow', 'webgpu'];
const texts = new Texts();
const mutants = new Mutants();
const emitted = new Emitted();

process.on('message', (task: Task) => {
  void (async () => {
    const tally = new Tally();
    const examples: CounterExample[] = [];
    for (let at = task.from; at < task.from + task.count; at++) {
      try {
        const example = await PARTS[task.part].attack(task.seed, at, {
          texts,
          mutants,
          emitted,
          usable: order.filter((name) => usable.includes(name)),
          tally,
          patience: task.patience,
          known: [...task.known, ...examples.map(({ kind }) => kind)],
        });
        if (example !== null) examples.push(example);
      } catch (error) {
        examples.push({
          part: task.part,
          kind: 'the attack itself',
          message: messageOf(error),
          test: '',
          again: `npm run attack -- --only ${task.part} --seed ${task.seed} --from ${at} --count 1`,
        });
      }
    }
    process.send!({ counts: tally.counts, notes: tally.notes, examples } satisfies Answer);
  })();
});
process.send!('ready');
