import { firstGraphs, listed, listing } from '../../emit/listing/listing.ts';
import { arrange, derive } from '../../passes/pipeline.ts';
import type { Given } from '../arguments.ts';
import { STATUS, type Io } from '../io/io.ts';
import { compilePrograms } from '../programs/programs.ts';

export async function graph(given: Given, io: Io): Promise<number> {
  const file = given.operands[0]!;
  const programs = compilePrograms(file, given.pairs('set'), 'graph', io);
  if (programs === null) return STATUS.failed;
  const final = (): string =>
    listing.emit(arrange(programs.map((program) => derive(program).model)), {
      sources: new Map(),
      header: `Compiled by attnc from ${file}.`,
    });
  io.out(given.has('final') ? final() : listed(programs.flatMap(firstGraphs)));
  return STATUS.fine;
}
