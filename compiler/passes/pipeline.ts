/** From a program with calls to the graphs of all functions that are emitted. */
import { atomsOf } from '../size/size.ts';
import type { Axis, Node, Program, UpdateGraph } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { hasAxis } from '../graph/spaces.ts';
import { verify, type Dialect, type VerifyOptions } from '../graph/verify.ts';
import { batchWithEnds, type Batched } from './absence/batch.ts';
import { circulant } from './loops/circulant.ts';
import { gates } from './loops/gates.ts';
import { deriveClockStep } from './decoder/clock-step.ts';
import {
  functionsOf,
  mapFunctions,
  RUNNING,
  type CompiledDecoder,
  type CompiledModel,
  type CompiledObjective,
  type CompiledStream,
  type CompiledUpdate,
  type Roots,
  type StepRoots,
} from './core/compiled.ts';
import { differentiate } from './gradient/differentiate.ts';
import { inline } from './clock/inline.ts';
import { layout as lay } from './layout/layout.ts';
import { GraphBuilder } from './core/graph-builder.ts';
import { axesOf, BATCH, BEAM, BEFORE, NOW } from './core/axes.ts';
import { scanRounds } from './loops/rounds.ts';
import { pack } from './loops/pack.ts';
import { analyse, mapRoots, Pass } from './core/pass.ts';
import { simplify } from './core/simplify.ts';
import { algebra } from './core/algebra.ts';
import { hold } from './absence/hold.ts';
import { withCapacity } from './decoder/capacity.ts';
import { hoist } from './layout/hoist.ts';
import { chooseStored, joinedAsStored, storedAsDeclared, withStored, type Stored } from './layout/stored.ts';
import type { Groups } from './layout/views.ts';
import { deriveStep } from './decoder/step.ts';
import { tapes } from './loops/tape.ts';
import { vectorise } from './loops/vectorise.ts';

export interface DeriveOptions {
  /** Verify the graph after every pass. */
  readonly verify?: boolean;
  /** The last pass; by default the one to 'laid-out'. */
  readonly layout?: (roots: Roots) => Roots;
  /** Called after every pass, as `forward: batch`. */
  readonly trace?: (pass: string, roots: Roots) => void;
}

export interface Derived {
  readonly model: CompiledModel;
  /** Paths of parameters that no objective's loss reaches. */
  readonly unreached: readonly string[];
}

export function derive(program: Program, options: DeriveOptions = {}): Derived {
  const passes = new Passes(options, program);
  const { ragged } = program;
  const sizes = new Map([...program.hyperparameters, ...program.fixed].map(({ dim, value }) => [dim.id, value]));
  const batched = (fn: string, roots: Roots, forGradients = false): Roots => {
    // All graphs go through one variable: each is large, and not needed once the next is made.
    let graph = passes.run(`${fn}: inline`, 'inlined', roots, (each) => scanRounds(inline(each)));
    graph = passes.run(`${fn}: tapes`, 'inlined', graph, tapes);
    let ends: Batched['ends'] = new Map();
    graph = passes.run(`${fn}: batch`, 'batched', graph, (each) => {
      const made = batchWithEnds(each, { ragged });
      ends = made.ends;
      return made.roots;
    });
    if (forGradients) graph = passes.run(`${fn}: hold`, 'batched', graph, (each) => hold(each, ends));
    graph = passes.run(`${fn}: circulant`, 'batched', graph, (each) => circulant(each, sizes));
    return passes.optimise(fn, graph);
  };
  const finish = (fn: string, roots: Roots): Roots =>
    passes.run(`${fn}: layout`, options.layout === undefined ? 'laid-out' : 'batched', roots, options.layout ?? lay);

  const finished = (fn: string, { prepare, step }: StepRoots): StepRoots => ({
    prepare: finish(`${fn}prepare`, prepare),
    step: finish(`${fn}step`, step),
  });

  const outputs = new Map([...program.outputs]);
  const forward = finish(
    'forward',
    inOrder(batched('forward', outputs), (name) => [BATCH, ...axesOf(outputs.get(name)!)]),
  );

  const kept = new Map(program.running.map(({ path, axes }) => [`${RUNNING}${path}`, axes]));
  let unreached: ReadonlySet<string> = new Set(program.parameters.map(({ path }) => path));
  const gradients = (name: string, update: UpdateGraph): Roots => {
    const training = new Map([
      ...lossRoots(update.training),
      ...[...update.training.running].map(([path, node]): [string, Node] => [`${RUNNING}${path}`, node]),
    ]);
    let graph = inOrder(averaged(batched(name, training, true)), (root) => kept.get(root) ?? []);
    graph = passes.run(`${name}: differentiate`, 'batched', graph, (means) => {
      const trained = program.parameters.filter(({ path }) => trains(update, path));
      const made = differentiate(means, 'loss', trained);
      unreached = new Set([...unreached].filter((path) => !trains(update, path) || made.unreached.includes(path)));
      return made.roots;
    });
    graph = passes.run(`${name}: simplify`, 'batched', graph, simplify);
    graph = passes.run(`${name}: pack`, 'batched', graph, pack);
    return finish(name, graph);
  };
  const objectives = program.objectives.map((objective): CompiledObjective => {
    const updates = objective.updates.map((update): CompiledUpdate => {
      const name = update.name === null ? objective.name : `${objective.name} ${update.name}`;
      const loss = finish(`${name} loss`, averaged(batched(`${name} loss`, lossRoots(update))));
      return { update, loss, gradients: gradients(`${name} gradients`, update) };
    });
    return { objective, updates };
  });

  let decoder: CompiledDecoder | null = null;
  if (program.decoder !== null) {
    const optimise = (roots: Roots): Roots => passes.optimise('step', roots, true);
    const { decoder: graph } = program;
    const { prepare, step } =
      graph.kind === 'recurrent' ? deriveStep(graph, ragged, optimise) : deriveClockStep(graph.clocked, { beam: BEAM, ragged, optimise });
    const fixed = withCapacity(step);
    decoder = { decoder: graph, ...finished('', { prepare, step }), fixed: fixed === null ? null : finish('fixed step', fixed) };
  }
  let stream: CompiledStream | null = null;
  if (program.causal !== null) {
    const { prepare, step } = deriveClockStep(program.causal, {
      beam: null,
      ragged,
      optimise: (roots) => passes.optimise('step', roots, true),
    });
    stream = { clocked: program.causal, ...finished('stream ', { prepare, step }) };
  }
  const model = { program, stored: new Map(), forward, objectives, decoder, stream };
  return { model, unreached: program.objectives.length === 0 ? [] : [...unreached] };
}

/**
 * Arranges the laid-out models of one file for emission: parameters are stored the way the functions read them, and what steps
 * compute from parameters alone is hoisted. An objective over several models uses their parameters as those models store them.
 */
export function arrange(models: readonly CompiledModel[], options: DeriveOptions = {}): readonly CompiledModel[] {
  const chosen = new Map(models.map((model) => [model.program, chooseStored(functionsOf(model), declaredIn(model.program, models))]));
  return models.map((model) => {
    const { program } = model;
    const passes = new Passes(options, program);
    const stored = storedIn(program, chosen.get(program)!, chosen);
    const asStored = (fn: string, roots: Roots): Roots =>
      passes.run(`${fn}: stored`, 'laid-out', roots, (each) => withStored(joinedAsStored(each, stored), stored));
    const laid = mapFunctions(model, asStored);
    const changing = changingSizes(program);
    const hoisted = <T extends StepRoots>(steps: T | null): T | null => (steps === null ? null : { ...steps, ...hoist(steps, changing) });
    const decoder = hoisted(laid.decoder);
    const fixed = decoder?.fixed ?? null;
    return {
      ...laid,
      stored,
      decoder: decoder === null ? null : { ...decoder, fixed: fixed === null ? null : asStored('fixed step', fixed) },
      stream: hoisted(laid.stream),
    };
  });
}

/** Atoms of sizes that differ between steps, or between a step and its `prepare`. */
function changingSizes({ ragged }: Program): ReadonlySet<string> {
  return new Set(['batch', 'beam', NOW, BEFORE, ...ragged.flatMap(({ size }) => [...atomsOf(size)])]);
}

/** Paths of what is stored as declared: running values, which no product reads, and what an objective over the model needs so. */
function declaredIn({ running, name, file }: Program, models: readonly CompiledModel[]): ReadonlySet<string> {
  const needed = models.flatMap((objective) => {
    const uses = (objective.program.parts ?? []).filter((part) => part.model === name && part.file === file);
    const paths = uses.length === 0 ? [] : [...storedAsDeclared(functionsOf(objective))];
    return uses.flatMap((part) => paths.flatMap((path) => (path.startsWith(`${part.name}.`) ? [path.slice(part.name.length + 1)] : [])));
  });
  return new Set([...running.map(({ path }) => path), ...needed]);
}

/** An objective's models keep their parameters under the names that the objective gives the models, and decide how they are stored. */
function storedIn({ parts = [] }: Program, own: Stored, chosen: ReadonlyMap<Program, Stored>): Stored {
  const theirs = parts.flatMap(({ name, model, file }) => {
    const stored = [...chosen].find(([program]) => program.name === model && program.file === file)?.[1] ?? new Map<string, Groups>();
    return [...stored].map(([path, groups]) => [`${name}.${path}`, groups] as const);
  });
  return new Map([...[...own].filter(([path]) => !parts.some(({ name }) => path.startsWith(`${name}.`))), ...theirs]);
}

class Passes {
  readonly #options: DeriveOptions;
  readonly #facts: NonNullable<VerifyOptions['facts']>;

  constructor(options: DeriveOptions, { requirements }: Program) {
    this.#options = options;
    this.#facts = requirements.flatMap(({ kind, a, b }) => (kind === 'equal' ? [{ left: a, right: b }] : []));
  }

  run(name: string, dialect: Dialect, roots: Roots, pass: (roots: Roots) => Roots): Roots {
    const made = pass(roots);
    if (this.#options.verify === true) verify([...made.values()], { dialect, facts: this.#facts });
    this.#options.trace?.(name, made);
    return made;
  }

  optimise(fn: string, roots: Roots, isStep = false): Roots {
    let graph = this.run(`${fn}: simplify`, 'batched', roots, simplify);
    graph = this.run(`${fn}: gates`, 'batched', graph, (each) => gates(each, isStep));
    graph = this.run(`${fn}: vectorise`, 'batched', graph, vectorise);
    return this.run(`${fn}: simplify`, 'batched', graph, simplify);
  }
}

function trains({ trains: models }: UpdateGraph, path: string): boolean {
  return models === null || models.some((model) => path.startsWith(`${model}.`));
}

function lossRoots({ loss, metrics }: Pick<UpdateGraph, 'loss' | 'metrics'>): Roots {
  return new Map([['loss', loss], ...[...metrics].map(([name, node]): [string, Node] => [`metric.${name}`, node])]);
}

function inOrder(roots: Roots, axes: (name: string) => readonly Axis[]): Roots {
  return rebuilt(roots, (m, node, name) => m.broadcast(node, axes(name)));
}

/** Means over the batch of roots with one number per example. */
function averaged(roots: Roots): Roots {
  return rebuilt(roots, (m, node) => (hasAxis(typeOf(node).axes, BATCH.id) ? m.reduce('mean', m.float(node), [BATCH.id]) : node));
}

function rebuilt(roots: Roots, change: (m: GraphBuilder, node: Node, name: string) => Node): Roots {
  const m = new GraphBuilder(algebra);
  const rebuild = new Pass(m, analyse(roots.values()));
  return mapRoots(roots, (node, name) => change(m, rebuild.get(node), name));
}
