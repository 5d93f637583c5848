/** The part `zoo`: every model of `models/`, as small as it can be, under every promise. */
import { Model, useBackend } from '../../runtime/index.ts';
import { build, instance, isRefused, type Built, type Settings } from './build.ts';
import { Chance } from './chance.ts';
import { corpus, type Source } from './corpus.ts';
import { examplesFor, type Values } from './data.ts';
import { attackBuilt, type ProgramsOptions } from './programs.ts';
import type { CounterExample } from './tally.ts';

export function zooFiles(): readonly Source[] {
  return corpus().filter(({ name }) => name.startsWith('models/') && !name.startsWith('models/std/'));
}

const VALUES: readonly Values[] = ['mild', 'equal', 'extreme'];

/** Sizes no larger than that, where the program takes them. */
function small(built: readonly Built[], most: number): readonly Built[] {
  return built.map((one) => ({
    ...one,
    dims: Object.fromEntries(one.program.hyperparameters.map(({ dim, value }) => [dim.label, Math.min(value, most)])),
  }));
}

/** The smallest of some sizes for which there are examples. */
async function shrunk(source: Source, seed: number, at: number, options: ProgramsOptions): Promise<readonly Built[] | null> {
  const whole = await build(options.texts, source.text, {}, source.path, source.files);
  if (isRefused(whole)) return null;
  const set: Settings = Object.fromEntries(
    whole.flatMap(({ program }) => program.fixed.map(({ dim, value }) => [dim.label, Math.min(value, 2)])),
  );
  const again = Object.keys(set).length === 0 ? whole : await build(options.texts, source.text, set, source.path, source.files);
  for (const built of isRefused(again) ? [whole] : [again, whole]) {
    for (const most of [4, 6, 8, 16, 32, Infinity]) {
      const candidate = small(built, most);
      try {
        const found = candidate.every((one) => {
          const learner = instance(one, candidate, 1);
          const examples = learner instanceof Model ? examplesFor(one.program, learner, new Chance(seed, at), 'mild', 2, 3) : [];
          learner.dispose();
          return examples !== null;
        });
        if (found) return candidate;
      } catch {}
    }
  }
  return null;
}

export async function attackZoo(seed: number, at: number, options: ProgramsOptions): Promise<CounterExample | null> {
  const files = zooFiles();
  const source = files[at % files.length]!;
  await useBackend('cpu');
  const built = await shrunk(source, seed, at, options);
  if (built === null) {
    options.tally.count(`zoo not tried ${source.name}`);
    return null;
  }
  options.tally.count(`zoo ${source.name}`);
  options.tally.count('models of the zoo');
  return attackBuilt('zoo', built, VALUES[Math.floor(at / files.length) % VALUES.length]!, seed, at, options);
}
