/** Programs compiled from their text and run by the runtime, as a user has them. */
import { expect } from 'vitest';
import { compileFile, renderAll } from '../../compiler/index.ts';
import { Model, type ModelOptions } from '../../runtime/index.ts';
import { definitionOf } from '../emit/support.ts';

export type Example = Readonly<Record<string, unknown>>;
export type Compiled = Model<Record<string, number>, Example, Example, Readonly<Record<string, { readonly data: ArrayLike<number> }>>>;

/** The emitted TypeScript. */
export async function emitted(text: string): Promise<string> {
  const library = { standard: [], read: (path: string) => (path === 'program.attn' ? text : null) };
  const { code, diagnostics, sources } = await compileFile('program.attn', library, { verify: true });
  if (code === null) throw new Error(renderAll(diagnostics, sources, { color: false, width: 100 }));
  return code;
}

export async function compiled(text: string, options: ModelOptions<Record<string, number>> = {}): Promise<Compiled> {
  return new Model(definitionOf(await emitted(text)), options);
}

/** Gradients against central differences of the loss, in float32. */
export async function expectDifferences(model: Compiled, examples: readonly Example[], eps = 1e-2, digits = 2): Promise<void> {
  const { gradients } = await model.gradients(examples);
  for (const { path } of model.parameters) {
    const stored = await model.weights.store();
    const { data, shape } = stored.get(path)!;
    for (let place = 0; place < data.length; place++) {
      const at = async (change: number): Promise<number> => {
        const moved = Float32Array.from(data);
        moved[place]! += change;
        model.weights.restore(new Map([...stored, [path, { data: moved, shape }]]));
        return (await model.loss(examples)).loss;
      };
      const difference = ((await at(eps)) - (await at(-eps))) / (2 * eps);
      expect(gradients[path]!.data[place], `${path}[${place}]`).toBeCloseTo(difference, digits);
    }
    model.weights.restore(stored);
  }
}
