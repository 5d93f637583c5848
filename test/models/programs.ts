/** Small programs, emitted and run on every backend of this machine, beside the oracle: outputs, losses and gradients. */
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/analyze/size.ts';
import { finiteDifference, type Bindings, type Nested } from '../../compiler/graph/interpret.ts';
import { originOf, sizeOf } from '../../compiler/graph/spaces.ts';
import type { Axis } from '../../compiler/graph/graph.ts';
import type { Program } from '../../compiler/index.ts';
import { useBackend, type Model } from '../../runtime/index.ts';
import { compiled, oracle, parametersOf, relative, runOn, usableBackends, type Compiled } from './support.ts';

type Any = Record<string, unknown>;
export type AnyModel = Model<Record<string, number>, Any, Any>;

export interface Source {
  readonly text: string;
  readonly set?: Readonly<Record<string, string | number>>;
  /** Lengths of each example, by ragged dim; by default 3, 1 and 2 places. */
  readonly lengths?: Readonly<Record<string, readonly number[]>>;
  /** Entries of each parameter whose slope is taken. Default 4; 0 where the program has no objective. */
  readonly slopes?: number;
  /** Largest difference in the slopes, relative to the largest slope of the parameter. */
  readonly tolerance?: number;
}

let made = 0;

export function emit({ text, set = {} }: Source): Promise<Compiled<AnyModel>> {
  return compiled<AnyModel>(`program-${made++}.attn`, new Map(Object.entries(set)), text);
}

/** Reproducible data for the inputs of a program, and what else its first objective is given. */
export function examplesOf(program: Program, sizes: Readonly<Record<string, number>>, { lengths = {} }: Source, count = 3): { readonly sizes: Map<string, number>; readonly values: Record<string, Nested> }[] {
  const given = [...program.inputs, ...(program.objectives[0]?.given ?? [])];
  return Array.from({ length: count }, (_, example) => {
    const own = new Map([...Object.entries(sizes), ...program.ragged.map(({ id, label }): [string, number] => [id, lengths[label]?.[example] ?? [3, 1, 2][example % 3]!])]);
    const extent = ({ space }: Axis): number => evaluate(sizeOf(space), (atom) => own.get(atom)!);
    let seed = 7 * example;
    const values = given.map(({ name, type }): [string, Nested] => {
      const { elem } = type;
      const one = (): number => {
        const x = Math.sin(1.3 + 2.7 * seed++);
        if (elem.kind === 'bool') return x > -0.4 ? 1 : 0;
        if (elem.kind === 'index') return evaluate(originOf(elem.space), (atom) => own.get(atom)!) + Math.floor(Math.abs(x) * extent({ id: '', label: '', space: elem.space }));
        return elem.kind === 'int' ? Math.round(3 * x) : x;
      };
      const nested = (axes: readonly Axis[]): Nested => (axes.length === 0 ? one() : Array.from({ length: extent(axes[0]!) }, () => nested(axes.slice(1))));
      return [name, nested(type.axes)];
    });
    return { sizes: own, values: Object.fromEntries(values) };
  });
}

function bind(example: ReturnType<typeof examplesOf>[number], parameters: ReadonlyMap<string, Float64Array>): Bindings {
  return { sizes: example.sizes, inputs: new Map(Object.entries(example.values)), parameters };
}

/** Whole batches on every backend give what the oracle gives for each example alone, and so do the slopes. */
export function agreeEverywhere(cases: Readonly<Record<string, Source>>): void {
  const slopes = new Map<string, readonly number[]>();
  describe.each(awaited)('on %s', (backend) => {
    beforeAll(async () => {
      await useBackend(backend);
    });

    it.each(runOn(Object.keys(cases), backend, awaited))('%s', async (title) => {
      const source = cases[title]!;
      const { program, create } = await emit(source);
      const model = create({ seed: 3 });
      const examples = examplesOf(program, model.sizes, source);
      const parameters = await parametersOf(model);
      const batch = examples.map(({ values }) => values);
      const outputs = await model.forward(batch);
      const names = [...program.outputs.keys()];
      for (const [k, example] of examples.entries()) {
        const expected = oracle([...program.outputs.values()], bind(example, parameters));
        for (const [j, output] of names.entries()) expect(relative(outputs[k]![output]!.data, expected[j]!.data), `${output} of example ${k}`).toBeLessThan(1e-4);
      }
      const entries = source.slopes ?? 4;
      if (entries === 0) return;
      const objective = program.objectives[0]!.updates[0]!;
      const { loss, gradients } = await model.gradients(batch);
      const each = examples.map((example) => oracle([objective.loss], bind(example, parameters))[0]!.data[0]!);
      const mean = each.reduce((a, b) => a + b, 0) / each.length;
      expect(Math.abs(loss - mean)).toBeLessThan(1e-4 * Math.max(1, Math.abs(mean)));
      for (const { path, size } of model.parameters) {
        const some = Array.from({ length: Math.min(size, entries) }, (_, i) => Math.floor((i * size) / Math.min(size, entries)));
        const key = `${title} ${path}`;
        const expected = slopes.get(key) ?? examples.map((example) => finiteDifference(objective.loss, bind(example, parameters), path, some))
          .reduce((a, b) => a.map((x, i) => x + b[i]!)).map((x) => x / examples.length);
        slopes.set(key, expected);
        const found = some.map((entry) => gradients[path]!.data[entry]!);
        const scale = Math.max(1e-3, ...gradients[path]!.data.map(Math.abs));
        some.forEach((entry, i) => expect(Math.abs(found[i]! - expected[i]!) / scale, `slope of ${path}[${entry}]: ${found[i]}, by differences ${expected[i]}`).toBeLessThan(source.tolerance ?? 1e-3));
      }
    });
  });
}

const awaited = await usableBackends();
