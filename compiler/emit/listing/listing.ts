/** The graphs of every function of a model as plain text: what `attnc graph --final` shows. */
import type { Node, ObjectiveGraph, Program, UpdateGraph } from '../../graph/graph.ts';
import { printGraph } from '../../graph/print.ts';
import type { CompiledModel } from '../../passes/core/compiled.ts';
import type { Target } from '../target.ts';

/** Named graphs under their titles. */
export type Graphs = readonly (readonly [title: string, roots: ReadonlyMap<string, Node>])[];

export const listing: Target = {
  emit: (models, { header }) =>
    `${header
      .split(/\r?\n/)
      .map((line) => `// ${line}`)
      .join('\n')}\n\n${listed(models.flatMap(functionsOf))}`,
};

export function listed(graphs: Graphs): string {
  return graphs.map(([title, roots]) => `# ${title}\n${printGraph(roots)}`).join('\n');
}

function titleOf(program: Program, objective: ObjectiveGraph, { name }: UpdateGraph): string {
  return `${program.name}, objective ${objective.name}${name === null ? '' : `, update ${name}`}`;
}

function functionsOf({ program, forward, objectives, decoder, stream }: CompiledModel): Graphs {
  const steps = (front: string, of: CompiledModel['stream'] | CompiledModel['decoder']): Graphs =>
    of === null
      ? []
      : [
          [`${program.name}: ${front}prepare`, of.prepare],
          [`${program.name}: ${front}step`, of.step],
        ];
  return [
    [program.name, forward],
    ...objectives.flatMap(({ objective, updates }) =>
      updates.flatMap(
        ({ update, loss, gradients }): Graphs => [
          [`${titleOf(program, objective, update)}: loss`, loss],
          [`${titleOf(program, objective, update)}: gradients`, gradients],
        ],
      ),
    ),
    ...steps('', decoder),
    ...steps('stream ', stream),
  ];
}

/** As the checker builds it, before any pass. */
export function firstGraphs(program: Program): Graphs {
  return [
    [program.name, program.outputs],
    ...program.objectives.flatMap((objective) =>
      objective.updates.map((update): Graphs[number] => [
        titleOf(program, objective, update),
        new Map([
          ['loss', update.training.loss],
          ...[...update.training.metrics].map(([metric, node]): [string, Node] => [`metric.${metric}`, node]),
        ]),
      ]),
    ),
  ];
}
