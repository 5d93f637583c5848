/** `attnc export`: a trained model in a form that others load without attnc. */
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Learner } from '../../../runtime/index.ts';
import { interfaceOf } from '../../emit/graphs/interface.ts';
import type { Program } from '../../index.ts';
import { didYouMean } from '../../../runtime/near.ts';
import type { ExportedModel, ExportedParameter } from '../../../runtime/export/saved-model.ts';
import type { GraphFile, ModelGraphs } from '../../../runtime/graphs/format.ts';
import type { Given } from '../arguments.ts';
import { requireFree, writeFolder } from '../io/folders.ts';
import { CliError, misuse, STATUS, type Io } from '../io/io.ts';
import { packageVersion } from '../io/library.ts';
import { openTrained, type Trained } from '../task/trained.ts';

/** Files by their paths in the folder, and what the user is told. */
interface Written {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly notes: readonly string[];
}

interface Format {
  /** The file that a folder of this format has. */
  readonly mark: string;
  write(trained: Trained, shown: string): Promise<Written>;
}

const FORMATS: Readonly<Record<string, Format>> = {
  savedmodel: { mark: 'saved_model.pb', write: writeSavedModel },
};

export async function exportModel(given: Given, io: Io): Promise<number> {
  const [name, task] = given.operands as readonly [string, string];
  const format = formatOf(name);
  const out = given.text('out');
  if (out === undefined) throw misuse('attnc export: --out is missing', `for example attnc export ${name} ${task} --out exported`);
  const folder = resolve(io.cwd, out);
  const options = { mark: format.mark, force: given.has('force') };
  requireFree(folder, out, options);
  // Values are read and written as they are: plain JavaScript does that anywhere.
  const trained = await openTrained(given, io, { task, out: undefined, backend: 'cpu' });
  const { files, notes } = await format.write(trained, relative(io.cwd, trained.checkpoint));
  writeFolder(folder, out, files, options);
  for (const note of notes) io.err(note);
  io.out(`${Object.keys(files).join(', ')} in ${out}`);
  return STATUS.fine;
}

function formatOf(name: string): Format {
  const known = Object.keys(FORMATS);
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format !== undefined) return format;
  const near = didYouMean(name, known);
  throw misuse(
    `attnc export: there is no format ${name}: choose ${known.join(', ')}`,
    near === null ? `attnc export ${known[0]!} DIR --out FOLDER` : `did you mean ${near}?`,
  );
}

async function writeSavedModel({ model, programs }: Trained, shown: string): Promise<Written> {
  const { NotExported, savedModel } = await import('../../../runtime/export/saved-model.ts');
  const all = await exportedModels(model, programs);
  try {
    const about = { attnc: packageVersion(), source: model.definition.source, dims: model.dims };
    const { bytes, description, left } = savedModel(all, about);
    return {
      files: { 'saved_model.pb': bytes, 'assets.extra/signature.json': description },
      notes: [...left].map(([name, why]) => `${name} is left out: ${why}`),
    };
  } catch (error) {
    if (!(error instanceof NotExported)) throw error;
    throw new CliError(`${shown} cannot be exported: ${error.message}`, undefined, { cause: error });
  }
}

/** Of several models trained together each, and then what they have in common: their objectives. */
export async function exportedModels(model: Learner<object>, programs: readonly Program[]): Promise<readonly ExportedModel[]> {
  const parts = Object.entries('models' in model ? (model.models as Readonly<Record<string, Learner<object>>>) : {});
  // A parameter that several share is one object.
  const known = new Map<object, ExportedParameter>();
  const exported = async (name: string, one: Learner<object>): Promise<ExportedModel> => {
    const { definition, weights, sizes } = one;
    const parameters = new Map<string, ExportedParameter>();
    for (const [path, tensor] of Object.entries(weights.tensors)) {
      const parameter = known.get(tensor) ?? { data: Float32Array.from(await tensor.data()), shape: tensor.shape };
      known.set(tensor, parameter);
      parameters.set(path, parameter);
    }
    const program = programs.find((each) => each.name === definition.name)!;
    return { name, functions: functionsOf(one), face: interfaceOf(program), sizes, parameters };
  };
  const all: ExportedModel[] = [];
  for (const [name, one] of [...parts, [model.definition.name, model] as const]) all.push(await exported(name, one));
  return all;
}

function functionsOf({ definition: { graphs, name } }: Learner<object>): ModelGraphs['functions'] {
  if (graphs === undefined) throw new Error(`${name} was compiled without its functions as data`);
  const { models } = JSON.parse(readFileSync(graphs.file, 'utf8')) as GraphFile;
  return models[graphs.model]!.functions;
}
