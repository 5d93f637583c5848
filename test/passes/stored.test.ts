/** How parameters lie on the device: as products read them, so that no function transposes one. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkFile, renderAll } from '../../compiler/index.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { functionsOf, type CompiledModel } from '../../compiler/passes/core/compiled.ts';
import { inOrder } from '../../compiler/passes/layout/build.ts';
import { readersOf } from '../../compiler/passes/layout/rewrite.ts';
import { roundParameters } from '../../compiler/passes/layout/round-parameters.ts';
import { viewsOf } from '../../compiler/passes/layout/views.ts';
import { Dependence, isOf } from '../../compiler/graph/walk.ts';
import { library } from '../models/support.ts';

function compiled(path: string, text: string | null = null, verify = true): readonly CompiledModel[] {
  const files = library();
  const { models, diagnostics, sources } = checkFile(
    path,
    text === null ? files : { ...files, read: (file) => (file === path ? text : files.read(file)) },
    {
      verify,
    },
  );
  if (models.length === 0) throw new Error(renderAll(diagnostics, sources, { color: false, width: 100 }));
  return models;
}

const stored = (text: string): Record<string, unknown> => Object.fromEntries(compiled('program.attn', text)[0]!.stored);

describe('a parameter lies', () => {
  const dims = 'dim time: ragged\ndim d = 4, e = 3, words = 7, heads = 2, k = 5\n';
  it.each<[string, string, Record<string, unknown>]>([
    ['as its product reads it', 'model M(x: [time, d]) -> y: [time, e] { param W: [e <- d]; y = W @ x }', { W: [[1], [0]] }],
    ['as it is declared, where it is looked up', 'model M(x: index(words)[time]) -> y: [time, d] { param E: [words, d]; y = E[x] }', {}],
    [
      'as it is looked up, where a product reads it too',
      'model M(x: index(words)[time]) -> y: [time, words] { param E: [words, d]; y = E @[d] E[x] }',
      {},
    ],
    [
      'with heads behind one another',
      'model M(x: [time, d]) -> y: [time, heads, k] { param W: [heads, k <- d]; y = W @ x }',
      { W: [[2], [0, 1]] },
    ],
    [
      'each instance by itself',
      'model M(x: [time, heads, d]) -> y: [time, heads, e] { param W: [heads, e, d]; y = W @[d] x }',
      { W: [[0], [2], [1]] },
    ],
    [
      'in each round of a repeat as its product reads it',
      'model M(x: [time, d]) -> y: [time, d] { repeat heads { param W: [d <- d], v: [d]; x = x + (W @ x) * (v @[d] x) }; y = x }',
      { 'repeat[*].W': [[1], [0]], 'repeat[*].v': [[0], []] },
    ],
    ['as a column', 'model M(x: [time, d]) -> y: [time] { param v: [d]; y = v @[d] x }', { v: [[0], []] }],
    ['as it is declared, where nothing multiplies it', 'model M(x: [time, d]) -> y: [time, d] { param b: [d]; y = x + b }', {}],
  ])('%s', (_, text, expected) => {
    expect(stored(dims + text)).toEqual(expected);
  });

  it('as it is read forwards, where a loop back reads several joined', () => {
    const translator = compiled('bahdanau/model.attn')[0]!;
    const gates = translator.program.parameters.map(({ path }) => path).filter((path) => /GRU\.[UW][rz]?$/.test(path));
    expect(gates).toHaveLength(18);
    for (const path of gates) expect(translator.stored.get(path), path).toEqual([[1], [0]]);
  });

  it('in an objective over models as these have it', () => {
    const models = compiled('sagan/model.attn');
    const joint = models.find(({ program }) => program.parts !== undefined)!;
    for (const { name, model } of joint.program.parts!) {
      const own = models.find(({ program }) => program.name === model)!.stored;
      const theirs = [...joint.stored].flatMap(([path, groups]) =>
        path.startsWith(`${name}.`) ? [[path.slice(name.length + 1), groups]] : [],
      );
      expect(own.size).toBeGreaterThan(0);
      expect(theirs).toEqual([...own]);
    }
  });
});

describe('no function transposes a parameter, but once for all steps of a loop, or multiplies what lies both ways across', () => {
  const folder = fileURLToPath(new URL('../../models/', import.meta.url));
  const zoo = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('model.attn'))
    .sort();
  it.each(zoo)('%s', (file) => {
    const across: string[] = [];
    const moved = compiled(file, null, false).flatMap((model) =>
      functionsOf(model).flatMap((roots) => {
        const nodes = inOrder([...roots.values()]);
        for (const node of nodes) if (isOf(node, 'matmul') && node.op.transposeA && node.op.transposeB) across.push(model.program.name);
        const readers = readersOf(roots);
        const { elements } = roundParameters(nodes, roots, readers);
        const dependence = new Dependence();
        const isForSteps = (node: Node): boolean =>
          readers.get(node)!.every((reader) => reader?.op.kind === 'matmul' && dependence.of(reader).size > dependence.of(node).size);
        const views = viewsOf(nodes, (node) => isOf(node, 'parameter') || elements.has(node));
        return nodes.flatMap((node) => {
          const source = isOf(node, 'permute') && !isForSteps(node) ? views.get(node.inputs[0]!)?.source : undefined;
          return source === undefined ? [] : [isOf(source, 'parameter') ? source.op.path : elements.get(source)!];
        });
      }),
    );
    expect([...new Set(moved)]).toEqual([]);
    expect(across).toEqual([]);
  });
});
