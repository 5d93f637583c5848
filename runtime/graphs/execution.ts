/**
 * Which way the functions of a definition run: operation by operation, or as graphs of the active backend.
 *
 * The ways round differently in the last bits, so that the choice is never by the clock: a run of training stays a function of its
 * seed.
 */
import type { DecoderDefinition, Definition, ObjectiveDefinition, Sizes } from '../definition.ts';
import { AheadGraphs, preparedBy, SIZES_AHEAD } from './ahead.ts';
import { prefersXla } from './costs.ts';
import type { ModelGraphs, StepFunction } from './format.ts';
import { GraphOf, Results, roundsOf } from './function.ts';
import { activeSessions, type Sessions } from './sessions.ts';

/** The same definition, whose functions run as graphs where the active backend has that and is told to. */
export function withGraphs(definition: Definition): Definition {
  const { graphs } = definition;
  if (graphs === undefined) return definition;
  const all = new Functions(definition, graphs.file, graphs.model);
  const objective = (each: ObjectiveDefinition): ObjectiveDefinition => ({
    ...each,
    updates: each.updates.map((update) => {
      const name = update.name === undefined ? each.name : `${each.name} ${update.name}`;
      const [loss, gradients] = [all.of(`${name} loss`), all.of(`${name} gradients`)];
      return {
        ...update,
        isCompiled: (n) => all.isCompiled(`${name} gradients`, n),
        loss: (p, batch, random) => {
          const made = loss.run(p, batch, random, () => update.loss(p, batch, random));
          return made instanceof Results ? { loss: made.one('loss'), metrics: made.below('metric.') } : made;
        },
        gradients: (p, batch, random) => {
          const isCompiled = all.isCompiled(`${name} gradients`, batch.n);
          const made = gradients.run(p, batch, random, () => update.gradients(p, batch, random), isCompiled);
          if (!(made instanceof Results)) return made;
          const running = made.below('running.');
          return {
            loss: made.one('loss'),
            metrics: made.below('metric.'),
            gradients: made.below('gradient.'),
            ...(Object.keys(running).length === 0 ? {} : { running }),
          };
        },
      };
    }),
  });
  const forward = all.of('forward');
  const ahead = new AheadGraphs(definition.name, (sessions) => all.graphs(sessions)?.step, all.changing);
  const prepare = all.of('prepare');
  const decoder = (each: DecoderDefinition): DecoderDefinition => ({
    ...each,
    prepare: (p, batch, random) => {
      const made = prepare.run(p, batch, random, () => each.prepare(p, batch, random));
      return made instanceof Results ? preparedBy(made, all.step!, batch.n) : made;
    },
    ahead: (given) => ahead.begin(given),
  });
  return {
    ...definition,
    forward: (p, batch, random) => {
      const made = forward.run(p, batch, random, () => definition.forward(p, batch, random));
      return made instanceof Results ? made.below('') : made;
    },
    objectives: definition.objectives.map(objective),
    decoder: definition.decoder === null ? null : decoder(definition.decoder),
  };
}

/** The functions of one definition as data, read when the first is wanted. */
class Functions {
  readonly #definition: Definition;
  readonly #file: URL;
  readonly #model: number;
  /** Sizes that differ from call to call. */
  readonly changing: ReadonlySet<string>;
  #read: ModelGraphs | null | undefined;

  constructor(definition: Definition, file: URL, model: number) {
    this.#definition = definition;
    this.#file = file;
    this.#model = model;
    this.changing = new Set(['batch', 'beam', ...SIZES_AHEAD, ...definition.ragged.map(({ label }) => label)]);
  }

  /** Does XLA compile what training runs at every step, for these sizes? */
  isCompiled(name: string, n: Sizes): boolean {
    const sessions = activeSessions();
    const execution = sessions?.now();
    if (sessions === null || execution !== 'graph' || sessions.execution !== 'auto') return execution === 'xla';
    const made = this.graphs(sessions)?.functions[name];
    return made !== undefined && prefersXla(made, n, sessions.repeats);
  }

  of(name: string): GraphOf {
    return new GraphOf(
      name,
      (sessions, n, p, xla) => {
        const graphs = this.graphs(sessions);
        const made = graphs?.functions[name];
        // The caches that a decoder begins with are known from its step.
        const isNone = made === undefined || made.results.length === 0 || (name === 'prepare' && graphs?.step === null);
        return isNone ? null : sessions.build(made, { n, roundsOf: (path) => roundsOf(p, path), xla });
      },
      this.changing,
      this.#definition.name,
    );
  }

  /** A decoder's step, once it was read. */
  get step(): StepFunction | null {
    return this.#read?.step ?? null;
  }

  graphs(sessions: Sessions): ModelGraphs | null {
    if (this.#read === undefined) {
      this.#read = sessions.read(this.#file)?.models[this.#model] ?? null;
      if (this.#read === null && sessions.execution !== 'auto')
        sessions.say(`${this.#definition.name} runs operation by operation: ${this.#file.pathname} is missing; compile it again`);
    }
    return this.#read;
  }
}
