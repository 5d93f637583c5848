/** The SAGAN that the language was designed with, at a small size: it compiles, agrees with the oracle, and trains. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { compileFile, renderAll } from '../../compiler/index.ts';
import { interpretAll, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import { fit, useBackend, type Joint, type Learner } from '../../runtime/index.ts';
import { load } from '../emit/support.ts';
import { drawsOf } from '../models/chance.ts';
import { library, parametersOf, relative } from '../models/support.ts';

interface Example {
  readonly image: readonly (readonly (readonly number[])[])[];
  readonly label: number;
}
type Options = { readonly seed: number };
type Hinge = Joint<{ readonly G: Learner<object>; readonly D: Learner<object> }, Example>;

/** 8 × 8 pixels for 128 × 128, two blocks for five, few channels; the discriminator that the text leaves out. */
const text = `${readFileSync(new URL('../grammar/programs/sagan.attn', import.meta.url), 'utf8')
  .replaceAll('height: 128, width: 128', 'height: 8, width: 8')
  .replace('height: 4, width: 4', 'height: 2, width: 2')
  .replace('[16, 8, 4, 2, 1]', '[4, 1]')
  .replace('channel: 16 * base', 'channel: 4 * base')
  .replace('latent = 128, classes = 1000, base = 64', 'latent = 4, classes = 3, base = 2')}
model Discriminator(image: [height: 8, width: 8, rgb], label: index(classes)) -> score: [] {
  param E: [classes, channel: 4], w: [channel: 4]
  h = sum[height, width](relu(Conv[4](image[rgb as channel])))
  score = sum[channel]((w + E[label]) * h)
}`;

const examples: readonly Example[] = [0, 2].map((label) => ({
  label,
  image: Array.from({ length: 8 }, (_, y) =>
    Array.from({ length: 8 }, (__, x) => [0, 1, 2].map((c) => Math.sin(label + 0.9 * y - 0.4 * x + c))),
  ),
}));

beforeAll(async () => {
  await useBackend('cpu');
});

it('has the losses and running values of the oracle, and trains', async () => {
  const files = library();
  const { code, programs, diagnostics, sources } = await compileFile(
    'sagan.attn',
    { ...files, read: (path) => (path === 'sagan.attn' ? text : files.read(path)) },
    { verify: true },
  );
  if (code === null) throw new Error(renderAll(diagnostics, sources, { color: false, width: 100 }));
  const { Generator, Discriminator, Hinge } = load(code) as unknown as {
    readonly Generator: new (options: Options) => Learner<object>;
    readonly Discriminator: new (options: Options) => Learner<object>;
    readonly Hinge: new (models: { readonly G: Learner<object>; readonly D: Learner<object> }, options: Options) => Hinge;
  };
  const hinge = new Hinge({ G: new Generator({ seed: 1 }), D: new Discriminator({ seed: 2 }) }, { seed: 3 });
  const parameters = await parametersOf(hinge);
  const sizes = new Map(Object.entries(hinge.sizes));
  const bindings = examples.map(
    ({ image, label }, k): Bindings => ({
      sizes,
      parameters,
      inputs: new Map<string, Nested>([
        ['image', image],
        ['label', label],
      ]),
      random: drawsOf(3, 1, k, sizes),
    }),
  );
  for (const { name, training } of programs.find((program) => program.name === 'Hinge')!.objectives[0]!.updates) {
    const { loss, running } = await hinge.gradients(examples, { update: name!, step: 1 });
    const paths = [...training.running.keys()];
    const results = interpretAll([training.loss, ...training.running.values()], bindings);
    expect(loss).toBeCloseTo((results[0]![0]!.data[0]! + results[1]![0]!.data[0]!) / 2, 4);
    for (const [k, path] of paths.entries()) expect(relative(running[path]!.data, results[0]![k + 1]!.data), path).toBeLessThan(1e-4);
  }
  const { last } = await fit(hinge, { train: examples }, { batchSize: 2, steps: 3 });
  expect(Object.keys(last!.metrics)).toEqual(['D.loss', 'G.loss']);
}, 600_000);
