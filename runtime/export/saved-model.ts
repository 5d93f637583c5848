/** Models as a SavedModel that TensorFlow loads without attnc: their parameters are constants of its graph. */
import type { Sizes as ModelSizes } from '../definition.ts';
import { buildNodes, NoGraph, type BuiltResult, type Fed, type Value } from '../graphs/build.ts';
import type { ElementType, GraphFunction, ModelGraphs } from '../graphs/format.ts';
import { Graph, type Signature, type SignatureTensor, type Tensor } from '../graphs/graph-def.ts';
import type { Nodes } from '../graphs/operations.ts';
import type { AxisData, InputData, ModelInterface, TargetData } from './interface.ts';
import { Reading } from './reading.ts';

/** A parameter as the device has it. */
export interface ExportedParameter {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface ExportedModel {
  readonly name: string;
  readonly functions: ModelGraphs['functions'];
  readonly face: ModelInterface;
  /** Of the construct phase. */
  readonly sizes: ModelSizes;
  /** By path. */
  readonly parameters: ReadonlyMap<string, ExportedParameter>;
}

/** Why a function cannot be exported. */
export class NotExported extends Error {
  override readonly name = 'NotExported';
}

/** Protocol buffers end at 2 GiB; so much is kept for the graph itself. */
const MOST_BYTES = 2 ** 31 - 2 ** 25;

export interface Exported {
  /** `saved_model.pb`. */
  readonly bytes: Uint8Array;
  /** `assets.extra/signature.json`. */
  readonly description: string;
  /** By signature, why it was left out. */
  readonly left: ReadonlyMap<string, string>;
}

/** One signature: which function of which model it is. */
interface Wanted {
  readonly name: string;
  readonly model: ExportedModel;
  readonly function: string;
  readonly inputs: readonly InputData[];
  readonly target: TargetData | null;
  /** By result, its axes behind the batch; null: a mean over the batch. */
  readonly outputs: ModelInterface['outputs'] | null;
}

/**
 * The first model's `forward` is `serving_default`, that of each further one has its name; `loss_O` and `loss_O_U` are the losses
 * of objectives.
 *
 * @param about what the description says besides, such as where the model came from
 * @throws NotExported if the first cannot be exported
 */
export function savedModel(models: readonly ExportedModel[], about: Readonly<Record<string, unknown>>): Exported {
  const file = new SavedModel(models);
  const left = new Map<string, string>();
  const described: Record<string, unknown> = {};
  for (const wanted of models.flatMap((model, k) => signaturesOf(model, k))) {
    try {
      described[wanted.name] = file.add(wanted);
    } catch (error) {
      if (!(error instanceof NotExported) || wanted.name === MAIN) throw error;
      left.set(wanted.name, error.message);
    }
  }
  const description = `${JSON.stringify({ ...about, signatures: described }, null, 2)}\n`;
  return { bytes: file.bytes(), description, left };
}

const MAIN = 'serving_default';

function signaturesOf(model: ExportedModel, place: number): readonly Wanted[] {
  const { functions, face } = model;
  const output = face.target?.input.name;
  const known = new Set([...face.inputs.map(({ name }) => name), output, `${output}'`]);
  const wanted: Wanted[] = [];
  if (functions.forward !== undefined && functions.forward.results.length > 0) {
    const { inputs, target, outputs } = face;
    wanted.push({ name: place === 0 ? MAIN : model.name, model, function: 'forward', inputs, target, outputs });
  }
  for (const { name, given, updates } of face.objectives) {
    const more = given.filter((input) => !known.has(input.name));
    for (const update of updates) {
      const words = update === null ? [name] : [name, update];
      const inputs = [...face.inputs, ...more];
      wanted.push({
        name: ['loss', ...words].join('_'),
        model,
        function: `${words.join(' ')} loss`,
        inputs,
        target: face.target,
        outputs: null,
      });
    }
  }
  return wanted;
}

class SavedModel {
  readonly #graph = new Graph();
  readonly #signatures = new Map<string, Signature>();
  /** Models share the parameters that they are handed as one. */
  readonly #constants = new Map<ExportedParameter, Tensor>();

  constructor(models: readonly ExportedModel[]) {
    requireRoom(models);
  }

  bytes(): Uint8Array {
    const bytes = this.#graph.savedModel(this.#signatures);
    if (bytes.length >= 2 ** 31) throw new NotExported(tooLarge(bytes.length));
    return bytes;
  }

  /** @returns what the description says of it */
  add(wanted: Wanted): object {
    const { name, model, inputs, target, outputs } = wanted;
    const made = model.functions[wanted.function];
    if (made === undefined) throw new NotExported(`the program's ${wanted.function} is not there as data`);
    const draw = drawIn(made);
    if (draw !== null) throw new NotExported(`it draws random numbers (${draw}), which attnc draws by its own rule`);
    const reading = new Reading(this.#graph, name, model.sizes, model.face, { inputs, target });
    if (reading.inputs.size === 0) throw new NotExported('no input tells how many examples a batch has');
    const built = this.#built(made, model, reading);
    const done = reading.checked();
    const given = new Map(
      built.map(({ name: result, value }): [string, SignatureTensor] => [
        result,
        this.#output(name, result, value, outputs, reading, done),
      ]),
    );
    this.#signatures.set(name, { inputs: reading.inputs, outputs: given });
    return described(wanted, reading, given);
  }

  #built(made: GraphFunction, { parameters, sizes }: ExportedModel, reading: Reading): readonly BuiltResult[] {
    const given = (fed: Fed, type: ElementType): Tensor => {
      switch (fed.kind) {
        case 'parameter':
          return this.#constant(fed.path, parameters.get(fed.path)!);
        case 'input':
          return reading.value(fed.of);
        case 'length':
          return reading.length(fed.dim);
        case 'number':
          return reading.sizes.scalar(fed.value, type);
        case 'shape':
          return reading.sizes.shape(fed.shape);
        case 'random':
          throw new NotExported('it draws random numbers');
      }
    };
    try {
      return buildNodes(made, { n: sizes, roundsOf: (path) => roundsOf(parameters, path) }, { graph: this.#graph, given });
    } catch (error) {
      if (error instanceof NoGraph) throw new NotExported(error.message);
      throw error;
    }
  }

  #constant(path: string, parameter: ExportedParameter): Tensor {
    const { data, shape } = parameter;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const make = (): Tensor =>
      this.#graph.node(
        'Const',
        [],
        { dtype: { type: 'float' }, value: { constant: { type: 'float', shape, bytes } } },
        'output',
        'float',
        `parameter_${path}`,
      );
    const made = this.#constants.get(parameter) ?? make();
    this.#constants.set(parameter, made);
    return made;
  }

  #output(front: string, name: string, value: Value, outputs: Wanted['outputs'], reading: Reading, done: Tensor): SignatureTensor {
    const { sizes } = reading;
    const axes = outputs === null ? [] : outputs[name]!;
    const batch = outputs === null ? [] : [-1];
    const shape = [...batch, ...axes.map(({ size }) => sizes.known(size) ?? -1)];
    const kept = reading.blanked(whole(sizes.m, value), axes);
    const told = this.#graph.node('EnsureShape', [kept], { T: { type: kept.type }, shape: { shape } }, 'output', kept.type);
    const tensor = this.#graph.node('Identity', [told, done], { T: { type: kept.type } }, 'output', kept.type, `${front}_${name}`);
    return { tensor, shape, axes: [...batch.map(() => 'batch'), ...axes.map(({ label }) => label)] };
  }
}

/** One element for each round as one tensor. */
function whole(m: Nodes, value: Value): Tensor {
  return Array.isArray(value) ? m.pack((value as readonly Value[]).map((each) => whole(m, each))) : (value as Tensor);
}

function requireRoom(models: readonly ExportedModel[]): void {
  const all = new Set(models.flatMap(({ parameters }) => [...parameters.values()]));
  const bytes = [...all].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_BYTES) throw new NotExported(tooLarge(bytes));
}

function tooLarge(bytes: number): string {
  return `its parameters take ${(bytes / 2 ** 30).toFixed(1)} GiB, and the file that has them, a protocol buffer, can have 2 GiB`;
}

/** What a function draws; null: nothing. */
function drawIn({ body }: Pick<GraphFunction, 'body'>): string | null {
  for (const each of body) {
    if (each.op === 'random') return each.draw === 'keep' ? 'dropout' : each.draw;
    const inside = each.op === 'scan' ? drawIn(each) : null;
    if (inside !== null) return inside;
  }
  return null;
}

/** How many rounds the path of a parameter goes through, outermost first. */
function roundsOf(parameters: ExportedModel['parameters'], path: string): readonly number[] {
  const counts: number[] = [];
  for (let known = path; known.includes('[*]'); known = known.replace('[*]', '[0]')) {
    const front = known.slice(0, known.indexOf('[*]'));
    let count = 0;
    while ([...parameters.keys()].some((each) => each.startsWith(`${front}[${count}]`))) count++;
    counts.push(count);
  }
  return counts;
}

const DTYPES = { float: 'float32', int: 'int32', bool: 'bool' } as const;

/** What a reader of the file is told of a signature: what TensorFlow's own form has no place for. */
function described(wanted: Wanted, reading: Reading, given: ReadonlyMap<string, SignatureTensor>): object {
  const all = wanted.target === null ? wanted.inputs : [...wanted.inputs, wanted.target.input];
  const tensor = ({ tensor: { type }, shape, axes }: SignatureTensor): object => ({
    dtype: DTYPES[type as ElementType],
    axes: axes.map((label, k) => (shape[k] === -1 ? label : { [label]: shape[k] })),
  });
  const ofInput = new Map(all.map((input) => [input.name, inputNote(input, wanted, reading)]));
  const lengths = new Map([...reading.lengthNames].map(([dim, name]) => [name, { lengthOf: dim }]));
  return {
    model: wanted.model.name,
    function: wanted.function,
    inputs: Object.fromEntries(
      [...reading.inputs].map(([name, each]) => [name, { ...tensor(each), ...(ofInput.get(name) ?? lengths.get(name)) }]),
    ),
    outputs: Object.fromEntries([...given].map(([name, each]) => [name, tensor(each)])),
  };
}

function inputNote({ name, axes, indexes, otherwise }: InputData, { target }: Wanted, { sizes, lengthNames }: Reading): object {
  const lengths = axes.flatMap(({ size }: AxisData) => (typeof size === 'string' && lengthNames.has(size) ? [lengthNames.get(size)!] : []));
  const [count, first] = indexes === null ? [null, null] : [sizes.known(indexes.size), sizes.known(indexes.first)];
  return {
    ...(lengths.length === 0 ? {} : { lengths }),
    ...(indexes === null ? {} : { indexes: indexes.label }),
    ...(count === null || first === null ? {} : { from: first, to: first + count - 1 }),
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(target?.input.name === name ? { start: target.start, end: target.end } : {}),
  };
}
