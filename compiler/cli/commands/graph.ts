import { compilePrograms } from '../programs/programs.ts';
import { printGraph } from '../../graph/print.ts';
import type { Node, ObjectiveGraph, Program, UpdateGraph } from '../../graph/graph.ts';
import { derive } from '../../passes/pipeline.ts';
import type { Given } from '../arguments.ts';
import { STATUS, type Io } from '../io/io.ts';

export async function graph(given: Given, io: Io): Promise<number> {
  const programs = compilePrograms(given.operands[0]!, given.pairs('set'), 'graph', io);
  if (programs === null) return STATUS.failed;
  for (const program of programs) {
    for (const [title, roots] of given.has('final') ? finalGraphs(program) : firstGraphs(program)) {
      io.out(`# ${title}`);
      io.out(printGraph(roots));
    }
  }
  return STATUS.fine;
}

type Graphs = readonly (readonly [string, ReadonlyMap<string, Node>])[];

/** As the checker builds it, before any pass. */
export function firstGraphs(program: Program): Graphs {
  return [
    [program.name, program.outputs],
    ...program.objectives.flatMap((objective) => objective.updates.map((update): readonly [string, ReadonlyMap<string, Node>] => [
      title(program, objective, update),
      new Map([['loss', update.training.loss], ...[...update.training.metrics].map(([metric, node]): [string, Node] => [`metric.${metric}`, node])]),
    ])),
  ];
}

function title(program: Program, objective: ObjectiveGraph, { name }: UpdateGraph): string {
  return `${program.name}, objective ${objective.name}${name === null ? '' : `, update ${name}`}`;
}

function finalGraphs(program: Program): Graphs {
  const { model } = derive(program, {});
  return [
    [program.name, model.forward],
    ...model.objectives.flatMap(({ objective, updates }) => updates.flatMap(({ update, loss, gradients }): Graphs => [
      [`${title(program, objective, update)}: loss`, loss],
      [`${title(program, objective, update)}: gradients`, gradients],
    ])),
    ...(model.decoder === null ? [] : ([[`${program.name}: prepare`, model.decoder.prepare], [`${program.name}: step`, model.decoder.step]] as const)),
  ];
}
