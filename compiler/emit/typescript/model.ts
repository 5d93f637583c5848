/** The declarations of one model: its functions, between its types and its definition. */
import type { StatementStructures, WriterFunction } from 'ts-morph';
import type { Node } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { sizeOf } from '../../graph/spaces.ts';
import {
  type CompiledDecoder,
  type CompiledModel,
  type CompiledObjective,
  type CompiledStream,
  type CompiledUpdate,
  type Roots,
  RUNNING,
} from '../../passes/core/compiled.ts';
import { isRows } from '../../passes/core/pass.ts';
import { inOrder } from '../../passes/layout/build.ts';
import { BEFORE, isOfRounds, NOW } from '../../passes/core/axes.ts';
import { alike, reference, writeAlike, type WrittenFunction } from './outline/alike.ts';
import { belowText, functionBody, GRADIENTS, type FunctionContext } from './body.ts';
import type { ModelContext } from './definition/context.ts';
import { writeDefinition, type DefinitionNames, type StepNames } from './definition/definition.ts';
import type { UpdateNames } from './definition/objectives.ts';
import { lower, type Lowered } from './lower.ts';
import { typeOfLists } from './lowering/lists.ts';
import { roundsIn } from './lowering/depths.ts';
import type { ModuleNames } from './module-names.ts';
import { access, identifier, Names, quoted, upperFirst } from '../naming/names.ts';
import { dimNames } from '../naming/dims.ts';
import type { OutlinedFunction } from './outline/functions.ts';
import { outline, type Whole } from './outline/outline.ts';
import { gradientRecords } from './outline/gradients.ts';
import { KEEP, stepRecords } from './outline/steps.ts';
import { parameterTypes, type ParameterTypes } from './parameters.ts';
import { sizeText } from '../naming/sizes.ts';
import { alias, jointClass, modelClass, recordType, stepTypes, types } from './types.ts';
import { record, SPREAD, writeRecord, type WrittenRecord } from './text/record.ts';
import { CodeBlockWriter, StructureKind } from '../ts-morph.ts';
import type { Value } from './value.ts';
import type { Sources } from '../naming/sources.ts';

export type Statement = string | StatementStructures | WriterFunction;

export function modelStatements(model: CompiledModel, sources: Sources, module: ModuleNames, graphs: ModelContext['graphs']): Statement[] {
  const { program, forward, objectives, decoder, stream } = model;
  const names = module.of(program);
  const context: ModelContext = { model, sources, names, module, ...dimNames(model), output: program.decoder?.output ?? null, graphs };
  const parameters = parameterTypes(
    [...program.parameters, ...program.running].map(({ path }) => path),
    names.type('Parameters'),
    module.takeFirst,
  );
  const functions = new FunctionWriter(context, parameters);
  const definition: DefinitionNames = {
    name: module.take(`${names.prefix}Definition`),
    forward: program.parts === undefined ? functions.forward(forward) : '() => ({})',
    objectives: objectives.map((objective) => functions.objective(objective)),
    decoder: decoder === null ? null : functions.decoder(decoder),
    stream: stream === null ? null : functions.stream(stream),
  };
  const { exported, local } = names.ofClass;
  const { declarations, nameOf } = functions.written();
  return [
    ...types(context, functions.batchInputs, parameters),
    ...declarations,
    (writer) => writeDefinition(writer, context, definition, nameOf),
    ...(program.parts === undefined
      ? [modelClass(context, definition.name)]
      : jointClass(
          context,
          definition.name,
          program.parts.map((part) => [part.name, module.of({ name: part.model, file: part.file }).ofClass.local]),
        )),
    ...(local === exported ? [] : [`export { ${local} as ${exported} };`]),
  ];
}

class FunctionWriter {
  readonly declarations: (Statement | Pending)[] = [];
  /** Every input that a function reads from the batch. */
  readonly batchInputs = new Set<string>();
  readonly #context: ModelContext;
  readonly #parameters: ParameterTypes;
  /** What the functions of the updates have in their names: objectives may differ in less than in letters. */
  readonly #middles = new Names([], new Set());

  constructor(context: ModelContext, parameters: ParameterTypes) {
    this.#context = context;
    this.#parameters = parameters;
  }

  /** The declarations, once all functions are known: what several have in common becomes a function in front of them. */
  written(): { readonly declarations: Statement[]; readonly nameOf: (update: string) => string } {
    const { module, sources } = this.#context;
    const naming = { take: module.take, takeFirst: module.takeFirst, sources, atomName: this.#context.atomName };
    const pending = this.declarations.filter((each) => isPending(each));
    const { wholes, functions } = outline(
      pending.map(({ whole }) => whole),
      naming,
    );
    const called = new Names(functions.map(({ name }) => name));
    const returning = wholes.map((lowered, k) => ({ lowered, returned: pending[k]!.returned }));
    const recorded = stepRecords(functions, returning, naming);
    const gradientsIn = gradientRecords(functions, returning, recorded);
    const recordsOf = (lowered: Lowered): Records => ({ steps: recorded.of(lowered), gradients: gradientsIn(lowered) });
    const written = new Map(pending.map((each, k) => [each, each.write(wholes[k]!, called, recordsOf(wholes[k]!))]));
    const names = new Map<string, string>();
    const first = new Map<WrittenFunction, WriterFunction>();
    for (const group of alike([...written.values()])) {
      const [front] = group.of;
      const name = group.of.length === 1 ? front.name : this.#context.module.take(`${this.#context.names.prefix}${upperFirst(front.kind)}`);
      for (const each of group.of) names.set(each.name, reference(name, group, each));
      first.set(front, (writer) => writeAlike(writer, name, group, `keyof ${this.#context.names.type('Batch')}['inputs']`));
    }
    return {
      declarations: [
        ...stepTypes(recorded.records.filter(({ isGradients }) => !isGradients)),
        ...functions.map((each) => this.#outlined(each, called, recordsOf(each.lowered))),
        ...this.declarations.flatMap((each) => (isPending(each) ? (first.get(written.get(each)!) ?? []) : each)),
      ],
      nameOf: (name) => names.get(name)!,
    };
  }

  #outlined(made: OutlinedFunction, called: Names, records: Records): Statement {
    const { names, sources, atomName } = this.#context;
    const { steps, gradients } = records;
    const { roots } = made.lowered;
    const parameters: { readonly name: string; readonly type: string }[] = [];
    const parts = [...new Set(made.parts.map(this.#parameters.of))].join(' | ');
    if (made.parts.length > 0) parameters.push({ name: 'p', type: parts });
    if (made.readsSizes) parameters.push({ name: 'n', type: names.type('Sizes') });
    if (made.draws) parameters.push({ name: 'random', type: 'rt.Random' });
    for (const { name, type, value } of made.inputs) {
      const list = steps.fields.get(value)?.list;
      if (list === undefined) parameters.push({ name, type });
      else if (!parameters.some((each) => each.name === list.name))
        parameters.push({ name: list.name, type: `readonly ${list.record.type}[]` });
    }
    parameters.push(...[...made.sizes.values()].map((name) => ({ name, type: 'number' })));
    if (steps.optional.size > 0) parameters.push({ name: KEEP, type: 'boolean' });
    const body = functionBody(made.lowered, {
      sources,
      atomName,
      parameters: ['p', 'n', 'random', ...parameters.map(({ name }) => name)],
      called,
      handed: made.sizes,
      returned: made.outputs.map((name, k) => (gradients.given.has(roots[k]!) ? `gradient.${gradients.given.get(roots[k]!)!}` : name)),
      frame: made.frame,
      sizes: 'n',
      ...records,
    });
    return {
      kind: StructureKind.Function,
      name: made.name,
      ...(made.docs === null ? {} : { docs: [made.docs] }),
      parameters,
      statements: [
        (writer) => {
          const isReturned = body.write(writer, roots.length === 1 && gradients.given.size === 0 ? body.results[0]! : null);
          const fields = new Set(
            roots.flatMap((root, k) => {
              const [name, result] = [made.outputs[k]!, body.results[k]!];
              if (gradients.given.has(root)) return [];
              return name === result || steps.fields.has(root) ? result : `${name}: ${result}`;
            }),
          );
          const ofGradients = new CodeBlockWriter();
          writeRecord(
            ofGradients,
            {
              fields: gradientFields(
                roots.map((root, k) => [gradients.given.get(root), root, body.results[k]!]),
                records,
              ),
            },
            Infinity,
          );
          const whole = gradients.given.size === 0 ? [...fields] : [`${GRADIENTS}: ${ofGradients.toString()}`, ...fields];
          if (gradients.given.size === roots.length) writer.write(`return ${ofGradients.toString()};`);
          else if (roots.length > 1) writer.write(`return { ${whole.join(', ')} };`);
          else if (!isReturned) writer.write(`return ${body.results[0]!};`);
        },
      ],
    };
  }

  forward(roots: Roots): string {
    const { ofClass, type } = this.#context.names;
    this.declarations.push(
      alias(`type ${type('Results')}`, 'Outputs by name, [batch, …].', (writer) => writer.write(recordType(roots.keys()))),
    );
    return this.#function('forward', '', roots, ['p', 'batch', ...draws(roots)], type('Results'), (value) => record(roots.keys(), value), [
      null,
      `The outputs of ${ofClass.exported}, batch first.`,
    ]);
  }

  objective({ objective, updates }: CompiledObjective): readonly UpdateNames[] {
    const front = this.#context.model.objectives.length === 1 ? '' : upperFirst(identifier(objective.name));
    return updates.map((each) => {
      const { name } = each.update;
      const middle = name === null ? front : `${front}${upperFirst(identifier(name))}`;
      return this.#update(
        each,
        middle === '' ? '' : this.#middles.take(middle),
        name === null ? objective.name : `${objective.name}, update ${name}`,
      );
    });
  }

  #update({ update, loss, gradients }: CompiledUpdate, middle: string, title: string): UpdateNames {
    const { model } = this.#context;
    const metrics = [...update.metrics.keys()];
    const returned = (value: (name: string) => string, more: WrittenRecord['fields']): WrittenRecord => ({
      fields: [['loss', value('loss')], ['metrics', record(metrics, (name) => value(`metric.${name}`))], ...more],
    });
    const lossName = this.#function(
      'loss',
      middle,
      loss,
      ['p', 'batch', ...draws(loss)],
      'rt.LossTensors',
      (value) => returned(value, []),
      [title, 'the loss and the metrics, means over the batch.'],
    );
    const paths = [...gradients.keys()].filter((name) => name.startsWith('gradient.')).map((name) => name.slice('gradient.'.length));
    const running = group(gradients, RUNNING);
    const gradientsName = this.#function(
      'gradients',
      middle,
      gradients,
      ['p', 'batch', 'random'],
      'rt.GradientTensors',
      (value, fields) =>
        returned(value, [
          ['gradients', fields.length === 1 && fields[0]![0] === SPREAD ? fields[0]![1] : { fields }],
          ...(running.length === 0
            ? []
            : [['running', { fields: running.map((path) => byRound(path, value(`${RUNNING}${path}`))) }] as const]),
        ]),
      [
        title,
        `as the loss,${drops(gradients) ? ' dropout on,' : ''} and its gradient by every parameter${paths.length < model.program.parameters.length ? ' that it trains' : ''}${running.length === 0 ? '' : ', and the next running values'}.`,
      ],
    );
    return { loss: lossName, gradients: gradientsName };
  }

  decoder({ prepare, step }: CompiledDecoder): StepNames {
    const { type } = this.#context.names;
    const taps = group(step, 'tap.');
    return this.#steps(prepare, step, {
      names: ['prepare', 'step'],
      types: [type('Memory'), type('State')],
      shapes: ['[batch, …]', '[batch, beam, …]'],
      given: ['previous', 't'],
      returns: ['logits: tf.Tensor3D', `taps: ${recordType(taps)}`],
      text: 'One place: logits, the next states and the taps.',
      write: (value) => [
        ['logits', `${value('logits')} as tf.Tensor3D`],
        ['taps', record(taps, (name) => value(`tap.${name}`))],
      ],
    });
  }

  stream({ clocked, prepare, step }: CompiledStream): StepNames {
    const { type } = this.#context.names;
    const outputs = [...clocked.outputs.keys()];
    this.declarations.push(
      alias(`type ${type('PlaceTensors')}`, 'One place of each input along the clock, [batch, …].', (writer) =>
        writer.write(recordType(clocked.args.map(({ name }) => name))),
      ),
    );
    return this.#steps(prepare, step, {
      names: ['prepareStream', 'streamStep'],
      types: [type('StreamMemory'), type('StreamState')],
      shapes: ['[batch, …]', '[batch, …]'],
      given: ['inputs', 't'],
      returns: [`outputs: ${recordType(outputs)}`],
      text: 'One place: the outputs and the next states.',
      write: (value) => [['outputs', record(outputs, value)]],
    });
  }

  #steps(prepare: Roots, step: Roots, { names, types, shapes, given, returns, text, write }: StepText): StepNames {
    const memory = group(prepare, 'memory.');
    const states = group(step, 'state.');
    const isRowsState = (name: string): boolean => isRows(step.get(`state.${name}`)!);
    const [memoryType, stateType] = types;
    this.declarations.push(
      alias(`type ${memoryType}`, `What every step reads, ${shapes[0]}.`, (writer) =>
        writer.write(recordType(memory, (name) => typeInRounds(prepare.get(`memory.${name}`)!))),
      ),
    );
    this.declarations.push(
      alias(`type ${stateType}`, `What a step hands to the next, ${shapes[1]}.`, (writer) =>
        writer.write(recordType(states, (name) => typeInRounds(step.get(`state.${name}`)!))),
      ),
    );
    const prepareName = this.#function(
      names[0],
      '',
      prepare,
      ['p', 'batch', ...draws(prepare)],
      `{ readonly memory: ${memoryType}; readonly state: ${stateType} }`,
      (value) => ({
        fields: [
          ['memory', record(memory, (name) => value(`memory.${name}`))],
          ['state', record(states, (name) => (isRowsState(name) ? this.#emptyCache(step.get(`state.${name}`)!) : value(`state.${name}`)))],
        ],
      }),
      [null, 'Once per call: what no step changes, and the first states.'],
      types,
      states.some((name) => isRowsState(name) && isOfRounds(step.get(`state.${name}`)!)) ? ['batch'] : [],
    );
    const stepName = this.#function(
      names[1],
      '',
      step,
      ['p', 'batch', 'memory', 'state', ...given, ...draws(step)],
      `{ ${[...returns, `state: ${stateType}`].map((each) => `readonly ${each}`).join('; ')} }`,
      (value) => ({ fields: [...write(value), ['state', record(states, (name) => value(`state.${name}`))]] }),
      [null, text],
      types,
    );
    return { prepare: prepareName, step: stepName };
  }

  /** Before the first position; in rounds, for each of them. */
  #emptyCache(node: Node): string {
    if (!isOfRounds(node)) return 'rt.emptyCache()';
    const { text } = sizeText(sizeOf(typeOf(node).axes[0]!.space), (atom) => `batch.n${access(this.#context.atomName(atom))}`);
    return `Array.from({ length: ${text} }, rt.emptyCache)`;
  }

  #function(
    kind: string,
    middle: string,
    roots: Roots,
    parameters: readonly string[],
    returns: string,
    result: (value: (name: string) => string, gradients: WrittenRecord['fields']) => WrittenRecord,
    [title, docs]: readonly [title: string | null, docs: string],
    stepTypes: readonly [string, string] = ['', ''],
    alsoReads: readonly string[] = [],
  ): string {
    const {
      names: { prefix, type },
      module,
      sources,
      atomName,
    } = this.#context;
    const name = module.take(`${prefix}${upperFirst(kind)}${middle}`);
    const inStep = parameters.includes('t');
    const types: Readonly<Record<string, string>> = {
      p: type('Parameters'),
      batch: type('Batch'),
      random: 'rt.Random',
      memory: stepTypes[0],
      state: stepTypes[1],
      previous: 'tf.Tensor2D',
      inputs: type('PlaceTensors'),
      t: 'number',
    };
    const source = (input: string): { text: string; host: boolean; type?: string } => {
      if (inStep && input === 't') return { text: 't', host: true };
      if (inStep && (input === 'previous' || (input === 'place.previous' && parameters.includes('previous'))))
        return { text: 'previous', host: false };
      if (inStep && input.startsWith('place.')) return { text: `inputs${access(input.slice('place.'.length))}`, host: false };
      for (const group of ['memory', 'state']) {
        const own = input.slice(group.length + 1);
        const rows =
          inStep && group === 'state' && input.startsWith('state.') && isRows(roots.get(`state.${own}`)!) ? { type: 'rt.Cache' } : {};
        if (inStep && input.startsWith(`${group}.`)) return { text: `${group}${access(own)}`, host: false, ...rows };
      }
      return { text: `batch.inputs${access(input)}`, host: false };
    };
    for (const { op } of inOrder([...roots.values()])) {
      if (op.kind === 'input' && source(op.name).text.startsWith('batch.')) this.batchInputs.add(op.name);
    }
    const context: Omit<FunctionContext, 'called' | 'steps' | 'gradients'> = {
      sources,
      atomName,
      returned: [...roots.keys()],
      sizes: 'batch.n',
      parameters: [...parameters, 'batch', 'n'],
      ...(inStep ? { local: { beam: 'previous.shape[1]', [NOW]: 't + 1', [BEFORE]: 't' } } : {}),
    };
    const keys = [...roots.keys()];
    const lowered = lower(
      [...roots.values()],
      source,
      (origin) => sources.expression(origin),
      this.#parameters.place,
      (origin) => sources.equationKey(origin),
      (k) => isList(keys[k]!, roots.get(keys[k]!)!),
    );
    const mode = kind === 'gradients' ? 'training' : inStep ? 'step' : kind.startsWith('prepare') ? 'prepare' : '';
    const early = keys.map((root) => !root.startsWith('gradient.'));
    this.declarations.push({
      whole: { lowered, forward: early.includes(false) ? lowered.roots.filter((_, k) => early[k]) : null, mode },
      returned: keys,
      write: (outlined, called, records) => {
        const body = functionBody(outlined, { ...context, called, ...records });
        const results = new Map(keys.map((root, k) => [root, body.results[k]!]));
        const gradients = keys.map((root, k): GradientResult => {
          const path = root.startsWith('gradient.') ? root.slice('gradient.'.length) : undefined;
          return [path, outlined.roots[k]!, body.results[k]!];
        });
        const text = new CodeBlockWriter({ indentNumberOfSpaces: 2 });
        body.write(text);
        text.write('return ');
        writeRecord(
          text,
          result((root) => results.get(root)!, gradientFields(gradients, records)),
        );
        text.write(';');
        return {
          name,
          kind,
          title,
          docs: `${docs} ${OWNERS}`,
          returns,
          // A parameter that the text does not read keeps its position under another name.
          parameters: parameters.map((parameter) => ({
            name: body.reads(parameter) || alsoReads.includes(parameter) ? parameter : `_${parameter}`,
            type: types[parameter]!,
          })),
          text: text.toString(),
        };
      },
    });
    return name;
  }
}

/** What functions give and take in records. */
type Records = Pick<FunctionContext, 'steps' | 'gradients'>;

/** What a function gives, with its text; the path: if it is a gradient of that parameter. */
type GradientResult = readonly [path: string | undefined, root: Value, text: string];

/** Gradients by path; those that come in records, of a part or of all rounds, as they come. */
function gradientFields(results: readonly GradientResult[], { steps, gradients }: Records): WrittenRecord['fields'] {
  const fields = new Map<string, readonly [name: string, text: string]>();
  for (const [path, root, text] of results) {
    if (path === undefined) continue;
    const taken = gradients.taken.get(root);
    const rounds = steps.fields.get(root)?.list.path ?? null;
    if (taken !== undefined) fields.set(text, [SPREAD, belowText(taken.path, text)]);
    else if (rounds !== null) fields.set(text, [SPREAD, `rt.rounds(${quoted(rounds)}, ${text})`]);
    else fields.set(path, byRound(path, text));
  }
  return [...fields.values()];
}

/** By its path; of rounds, each by its own. */
function byRound(path: string, text: string): readonly [name: string, text: string] {
  return path.includes('[*]') ? [SPREAD, `rt.rounds(${quoted(path)}, ${text})`] : [path, text];
}

/** The type of what is handed to steps: for rounds, lists. */
function typeInRounds(node: Node): string {
  return typeOfLists(roundsIn(node), isRows(node) ? 'rt.Cache' : 'tf.Tensor');
}

/** Lists are the gradients of parameters of rounds, and what steps keep in rounds. */
function isList(root: string, node: Node): boolean {
  return ['gradient.', RUNNING, 'memory.', 'state.'].some((kind) => root.startsWith(kind)) && isOfRounds(node);
}

/** A function whose text is written once all are known. */
interface Pending {
  readonly whole: Whole;
  /** What each root is returned as. */
  readonly returned: readonly string[];
  /** @param called names of functions that it may call */
  readonly write: (outlined: Lowered, called: Names, records: Records) => WrittenFunction;
}

function isPending(declaration: Statement | Pending): declaration is Pending {
  return typeof declaration === 'object' && 'whole' in declaration;
}

interface StepText {
  readonly names: readonly [prepare: string, step: string];
  readonly types: readonly [memory: string, state: string];
  readonly shapes: readonly [memory: string, state: string];
  /** Parameters of the step behind its state. */
  readonly given: readonly string[];
  readonly returns: readonly string[];
  readonly text: string;
  /** Everything that is returned but the state. */
  readonly write: (value: (name: string) => string) => WrittenRecord['fields'];
}

/** Who disposes of what. */
const OWNERS = "It disposes of nothing that it is given; what it gives is the caller's.";

/** The roots whose names begin so, without it. */
function group(roots: Roots, front: string): string[] {
  return [...roots.keys()].filter((name) => name.startsWith(front)).map((name) => name.slice(front.length));
}

/** Is anything dropped? */
function drops(roots: Roots): boolean {
  return inOrder([...roots.values()]).some(({ op }) => op.kind === 'random' && op.draw === 'keep');
}

/** What draws is given where the numbers come from. */
function draws(roots: Roots): readonly string[] {
  return inOrder([...roots.values()]).some(({ op }) => op.kind === 'random') ? ['random'] : [];
}
