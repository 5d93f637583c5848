/** Emitted modules in tests: built by hand, compiled in memory, run beside the oracle. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { ts } from 'ts-morph';
import { expect } from 'vitest';
import { evaluate, size } from '../../compiler/size/size.ts';
import { graphs } from '../../compiler/emit/graphs/graphs.ts';
import { typescript } from '../../compiler/emit/typescript/module.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Dim, Node, Program } from '../../compiler/graph/graph.ts';
import { interpret, type Bindings } from '../../compiler/oracle/interpret.ts';
import { sizeOf, tensor } from '../../compiler/graph/spaces.ts';
import { verify } from '../../compiler/graph/verify.ts';
import type { CompiledModel, Roots } from '../../compiler/passes/core/compiled.ts';
import { layout } from '../../compiler/passes/layout/layout.ts';
import * as runtime from '../../runtime/index.ts';
import { withGraphs } from '../../runtime/graphs/execution.ts';
import * as ops from '../../runtime/ops.ts';
import type { Batch, Definition, Tensors } from '../../runtime/definition.ts';

export function dim(id: string, more: Partial<Dim> = {}): Dim {
  return { id, label: id, size: size.atom(id), ragged: false, origin: size.int(0), mayBeEmpty: false, ...more };
}

export function axis(of: Dim, id = of.id): Axis {
  return { id, label: id, space: { kind: 'dim', dim: of } };
}

export const float = { kind: 'float' } as const;
export const bool = { kind: 'bool' } as const;
export const index = (of: Dim) => ({ kind: 'index', space: { kind: 'dim', dim: of } }) as const;

/** What one graph is run on. */
export interface Data {
  readonly sizes: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  readonly lengths?: Readonly<Record<string, readonly number[]>>;
}

export interface Case {
  readonly dims: readonly Dim[];
  readonly parameters?: readonly (readonly [path: string, axes: readonly Axis[]])[];
  readonly data: Data;
  readonly build: (b: Builder) => Readonly<Record<string, Node>>;
}

/** Reproducible numbers in (-1, 1). */
export function numbers(count: number, seed = 1): number[] {
  let state = (seed * 2654435761) % 4294967296;
  return Array.from({ length: count }, () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return (state / 4294967296) * 2 - 1;
  });
}

export function modelOf({ dims, parameters = [], build }: Case, name = 'Sample'): { model: CompiledModel; batched: Roots } {
  const batched: Roots = new Map(Object.entries(build(new Builder())));
  const inputs = new Map<string, Node>();
  const open = [...batched.values()];
  const seen = new Set<Node>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.op.kind === 'input') inputs.set(node.op.name, node);
    open.push(...node.inputs);
    if (node.op.kind === 'scan') open.push(...node.op.region.nexts, ...node.op.region.emits);
  }
  const program: Program = {
    name,
    doc: null,
    file: 'model.attn',
    hyperparameters: dims.filter((each) => !each.ragged && each.id !== 'batch').map((each) => ({ dim: each, value: 4, doc: null })),
    ragged: dims.filter((each) => each.ragged),
    parameters: parameters.map(([path, axes]) => ({
      path,
      axes,
      outs: 1,
      init: { kind: 'glorot' },
      origin: { file: '', start: 0, end: 0, name: null },
    })),
    inputs: [...inputs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([input, node]) => {
        const type = node.types[0]!;
        return {
          name: input,
          type: tensor(
            type.elem,
            type.axes.filter((each) => each.id !== 'batch'),
          ),
          doc: null,
        };
      }),
    fixed: [],
    outputs: new Map(),
    running: [],
    decoder: null,
    causal: null,
    objectives: [],
    requirements: [],
  };
  return { model: { program, stored: new Map(), forward: layout(batched), objectives: [], decoder: null, stream: null }, batched };
}

/** The functions of a module, refusing tensors that were disposed: backends may read what is left of them. */
function watched(module: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(module).map(([name, member]) => {
      if (typeof member !== 'function' || /^[A-Z]/.test(name)) return [name, member];
      return [
        name,
        (...args: unknown[]): unknown => {
          for (const each of args.flat(1))
            if (each instanceof tf.Tensor && each.isDisposed) throw new Error(`${name} is given a disposed tensor`);
          return (member as (...given: unknown[]) => unknown)(...args);
        },
      ];
    }),
  );
}

/** The exports and the definitions of an emitted module, with the runtime handed in. */
export function load(text: string): Record<string, unknown> {
  const js = ts.transpileModule(
    `${text}\nexport const definitions = [${[...text.matchAll(/const (\w+Definition): rt\.Definition/g)].map((match) => match[1]).join()}];`,
    {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    },
  ).outputText;
  const exports: Record<string, unknown> = {};
  const require = (name: string): unknown => {
    if (name === 'attnc/runtime') return { ...runtime, ...watched(ops), tf: watched(runtime.tf) };
    throw new Error(`an emitted module imports ${name}`);
  };
  new Function('exports', 'require', js)(exports, require);
  return exports;
}

export function definitionOf(text: string): Definition {
  return (load(text).definitions as Definition[])[0]!;
}

function extent({ space }: Axis, sizes: Data['sizes']): number {
  return evaluate(sizeOf(space), (atom) => sizes[atom] ?? 0);
}

function upload(node: Node, values: readonly number[], sizes: Data['sizes']): tf.Tensor {
  const type = node.types[0]!;
  const shape = type.axes.map((each) => extent(each, sizes));
  return tf.tensor([...values], shape, type.elem.kind === 'float' ? 'float32' : type.elem.kind === 'bool' ? 'bool' : 'int32');
}

function nested(values: readonly number[], shape: readonly number[]): number | readonly unknown[] {
  if (shape.length === 0) return values[0]!;
  const [first = 0, ...rest] = shape;
  const step = rest.reduce((product, n) => product * n, 1);
  return Array.from({ length: first }, (_, k) => nested(values.slice(k * step, (k + 1) * step), rest));
}

/** The definition with its functions as data, which run as `useBackend` says. */
export function executed(definition: Definition, data: string): Definition {
  const folder = mkdtempSync(join(tmpdir(), 'attnc-graphs-'));
  const file = join(folder, 'program.graphs.json');
  writeFileSync(file, data);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return withGraphs({ ...definition, graphs: { file: pathToFileURL(file), model: 0 } });
}

/** Lays out, emits and runs a graph, and compares every root with the oracle; nothing may leak. */
export async function check(each: Case, asGraphs = false): Promise<string> {
  const { model, batched } = modelOf(each);
  const { data, parameters = [] } = each;
  verify([...batched.values()], { dialect: 'batched' });
  verify([...model.forward.values()], { dialect: 'laid-out' });

  const values = new Map(
    parameters.map(([path, axes], k) => [
      path,
      numbers(
        axes.map((a) => extent(a, data.sizes)).reduce((p, n) => p * n, 1),
        k + 7,
      ),
    ]),
  );
  const shapeOf = (node: Node): number[] => node.types[0]!.axes.map((a) => extent(a, data.sizes));
  const inputNodes = new Map<string, Node>();
  const open = [...batched.values()];
  const seen = new Set<Node>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.op.kind === 'input') inputNodes.set(node.op.name, node);
    open.push(...node.inputs, ...(node.op.kind === 'scan' ? [...node.op.region.nexts, ...node.op.region.emits] : []));
  }
  const bindings: Bindings = {
    sizes: new Map(Object.entries(data.sizes)),
    inputs: new Map([...inputNodes].map(([name, node]) => [name, nested(data.inputs?.[name] ?? [], shapeOf(node)) as never])),
    parameters: new Map([...values].map(([path, v]) => [path, Float64Array.from(v)])),
    lengths: new Map(Object.entries(data.lengths ?? {})),
    random: () => 0.5,
  };
  const before = interpret([...batched.values()], bindings);
  const after = interpret([...model.forward.values()], bindings);
  [...batched.keys()].forEach((name, k) => {
    expect(
      model.forward.get(name)!.types[0]!.axes.map((a) => a.id),
      `axes of ${name}`,
    ).toEqual(batched.get(name)!.types[0]!.axes.map((a) => a.id));
    near(after[k]!.data, before[k]!.data, 1e-12, `layout of ${name}`);
  });

  const text = typescript.emit([model], { sources: new Map(), header: 'A test.' });
  const definition = asGraphs ? executed(definitionOf(text), graphs.emit([model], { sources: new Map(), header: '' })) : definitionOf(text);
  const p: Tensors = Object.fromEntries(
    [...values].map(([path, v]) => [
      path,
      tf.tensor(
        v,
        parameters.find(([own]) => own === path)![1].map((a) => extent(a, data.sizes)),
      ),
    ]),
  );
  const batch: Batch = {
    n: data.sizes,
    inputs: Object.fromEntries([...inputNodes].map(([name, node]) => [name, upload(node, data.inputs?.[name] ?? [], data.sizes)])),
    lengths: Object.fromEntries(Object.entries(data.lengths ?? {}).map(([name, v]) => [name, tf.tensor1d([...v], 'int32')])),
  };
  const count = tf.memory().numTensors;
  const results = definition.forward(
    runtime.parameterTree(p),
    batch,
    new runtime.StepRandom(
      1,
      0,
      Array.from({ length: data.sizes.batch ?? 1 }, (_, k) => k),
    ),
  );
  expect(tf.memory().numTensors - count, `tensors left beside the results of\n${text}`).toBe(batched.size);
  for (const [k, [name]] of [...batched].entries()) {
    const result = results[name]!;
    expect(result.shape, name).toEqual(shapeOf(batched.get(name)!));
    near(await result.data(), before[k]!.data, 1e-4, `${name} of\n${text}`);
  }
  for (const each of [...Object.values(results), ...Object.values(p), ...Object.values(batch.inputs), ...Object.values(batch.lengths)])
    each.dispose();
  return text;
}

function near(given: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(given.length, what).toBe(expected.length);
  for (let k = 0; k < expected.length; k++) {
    const [g, e] = [given[k]!, expected[k]!];
    if (!(Math.abs(g - e) <= tolerance * Math.max(1, Math.abs(e)))) expect.fail(`${what}: at ${k} expected ${e}, given ${g}`);
  }
}
