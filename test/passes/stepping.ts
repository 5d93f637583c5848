/** The steps of a decoder or of a causal model, one after the other in float64, beside the oracle of the whole. */
import { expect } from 'vitest';
import { evaluate } from '../../compiler/size/size.ts';
import type { Axis, Node, Program } from '../../compiler/graph/graph.ts';
import { interpret, interpretAll, type Bindings, type Nested, type RandomOp, type Value } from '../../compiler/oracle/interpret.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { sameSpace, sizeOf, without } from '../../compiler/graph/spaces.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { GraphBuilder } from '../../compiler/passes/core/graph-builder.ts';
import { derive } from '../../compiler/passes/pipeline.ts';
import { analyse, mapRoots, Pass } from '../../compiler/passes/core/pass.ts';
import { NOW } from '../../compiler/passes/core/axes.ts';
import { size } from '../../compiler/size/size.ts';
import { compile } from '../analyze/support.ts';
import { at, data, everyPosition, expectSame, randomFrom, type Sizes } from './support.ts';

export interface Stepped {
  readonly program: Program;
  readonly prepare: Roots;
  readonly step: Roots;
}

/** Every graph of the program, verified after every pass; the last is 'batched'. */
export function stepped(text: string): Stepped {
  const {
    programs: [program],
    diagnostics,
  } = compile(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { model } = derive(program!, { verify: true, layout: (roots) => roots });
  const { prepare, step } = (model.decoder ?? model.stream)!;
  return { program: program!, prepare, step };
}

/** By state that is kept rows: how many of the last are, every size being 3; null: all. */
export function keptOf({ step }: Stepped): Readonly<Record<string, number | null>> {
  return Object.fromEntries(
    [...step].flatMap(([name, { op }]) => (op.kind === 'append' ? [[name, op.keep === null ? null : evaluate(op.keep, () => 3)]] : [])),
  );
}

/** What a model without a clock computes in a batch is what the oracle computes of each example. */
export function expectForward(text: string, sizes: Sizes, lengths: Readonly<Record<string, readonly number[]>>): void {
  const {
    programs: [program],
    diagnostics,
  } = compile(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { model } = derive(program!, { verify: true, layout: (roots) => roots });
  expectSame(program!.outputs, model.forward, data(program!.outputs, sizes, lengths, randomFrom(5)));
}

/** Rows that are kept, as the oracle knows them: joined. */
class Joined extends Pass {
  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    const { m } = this;
    if (op.kind === 'append') return m.make({ kind: 'concat', axis: op.axis, parts: [op.before, null] }, inputs);
    if (op.kind !== 'before') return super.operation(node, inputs);
    const place = m.sub(m.size(size.sub(size.atom(NOW), size.int(1))), m.size(op.by));
    return m.gather(inputs[0]!, m.binary('max', place, m.constant(0, 'int')), op.axis);
  }
}

const take = (value: Nested, depth: number, place: number): Nested =>
  typeof value !== 'object' ? value : depth === 0 ? value[place]! : value.map((part) => take(part, depth - 1, place));

/** A number that follows from where it is drawn, and no hypothesis. */
function drawn(op: RandomOp, coordinates: readonly number[], example: number | null): number {
  const steps = coordinates.length - op.axes.length;
  const places = coordinates.slice(steps).filter((_, k) => op.axes[k]!.id !== 'beam');
  const all = [...coordinates.slice(0, steps), ...(example === null ? [] : [example]), ...places].join();
  const u = randomFrom([...op.site, ...all].reduce((hash, c) => Math.imul(hash, 31) + c.charCodeAt(0), 7))();
  return op.draw === 'keep' ? (u < op.rate ? 0 : 1 / (1 - op.rate)) : u;
}

export interface StepGiven {
  readonly sizes?: Sizes;
  /** Of the clock, or of what is generated along. */
  readonly steps?: number;
  readonly lengths?: Readonly<Record<string, readonly number[]>>;
}

/** Every output at every position is what the oracle computes there. */
export function expectSteps(made: Stepped, { sizes = {}, steps = 4, lengths = {} }: StepGiven = {}): void {
  const { program, prepare } = made;
  const clock: Axis = (program.decoder?.axis ?? program.causal?.axis)!;
  const count = Object.values(lengths)[0]?.length ?? 2;
  const dim =
    clock.space.kind === 'dim' && clock.space.dim.ragged ? { [clock.space.dim.id]: Array.from({ length: count }, () => steps) } : {};
  const fixed = {
    ...Object.fromEntries([...program.hyperparameters, ...program.fixed].map(({ dim: { id }, value }) => [id, value])),
    ...sizes,
  };
  const given = data(program.outputs, fixed, { ...dim, ...lengths }, randomFrom(5));
  const examples = given.examples.map(
    (example, k): Bindings => ({ ...example, inputs: shiftedTargets(program, example.inputs), random: (op, place) => drawn(op, place, k) }),
  );
  const batch: Bindings = {
    ...given.batch,
    inputs: shiftedTargets(program, given.batch.inputs),
    random: (op, place) => drawn(op, place, null),
  };
  const whole = interpretAll([...program.outputs.values()], examples);

  const rebuild = new Joined(new GraphBuilder(), analyse(made.step.values()));
  const step = mapRoots(made.step, (node) => rebuild.get(node));
  const atStep = (t: number): Bindings['sizes'] => new Map([...batch.sizes, ['beam', 1], ['now', t + 1], ['before', t]]);
  const first = interpret([...prepare.values()], { ...batch, sizes: atStep(0) });
  const kept = new Map<string, Value>([...prepare.keys()].map((name, k) => [name, first[k]!]));
  for (const node of reachable([...made.step.values()]))
    if (node.op.kind === 'append') kept.set(nameOf(node.inputs[0]!), empty(node.inputs[0]!, atStep(0)));
  let compared = 0;
  for (let t = 0; t < steps; t++) {
    const inputs = new Map<string, Value | Nested>([...kept, ['t', t], ...positionsOf(program, batch.inputs, t)]);
    const values = interpret([...step.values()], { ...batch, sizes: atStep(t), inputs });
    [...made.step].forEach(([name, { op }], k) => {
      if (name.startsWith('state.')) kept.set(name, op.kind === 'append' ? renamed(values[k]!, op.axis.id, op.before) : values[k]!);
    });
    [...program.outputs.keys()].forEach((name, k) => {
      const value = values[[...step.keys()].findIndex((key) => key === name || key === `tap.${name}`)];
      if (value === undefined) throw new Error(`no step gives ${name}`);
      const { axes } = typeOf(program.outputs.get(name)!);
      const along = axes.find(({ space }) => sameSpace(space, clock.space))!;
      // Inside the decoder axes have names of their own.
      const own = value.type.axes.filter(({ id }) => id !== 'batch' && id !== 'beam');
      whole.forEach((outputs, example) =>
        everyPosition(outputs[k]!, (place, x) => {
          if (place[along.id] !== t) return;
          const inStep = Object.fromEntries(without(axes, [along.id]).map(({ id }, j) => [own[j]!.id, place[id]]));
          const y = at(value, { batch: example, beam: 0, ...inStep });
          compared++;
          if (!(Math.abs(x - y) <= 1e-11 * Math.max(1, Math.abs(x))))
            expect.fail(`${name} of example ${example} at step ${t}, ${JSON.stringify(inStep)}: as a whole ${x}, step by step ${y}`);
        }),
      );
    });
  }
  expect(compared).toBeGreaterThan(0);
}

const nameOf = ({ op }: Node): string => (op.kind === 'input' ? op.name : '');

function empty(node: Node, sizes: ReadonlyMap<string, number>): Value {
  const type = typeOf(node);
  return {
    type,
    axes: type.axes.map(({ id, space }) => ({ id, size: evaluate(sizeOf(space), (atom) => sizes.get(atom)!) })),
    data: new Float64Array(0),
    present: null,
  };
}

const renamed = (value: Value, from: string, to: string): Value => ({
  ...value,
  axes: value.axes.map((axis) => (axis.id === from ? { ...axis, id: to } : axis)),
});

/** What was generated before is what comes next, a position later. */
function shiftedTargets({ decoder }: Program, inputs: Bindings['inputs']): Bindings['inputs'] {
  const next = decoder === null ? undefined : (inputs.get(`${decoder.output}'`) as Nested | undefined);
  if (decoder === null || next === undefined) return inputs;
  const later = (value: Nested): Nested =>
    typeof value === 'object' && typeof value[0] === 'object'
      ? value.map(later)
      : [decoder.start, ...(value as readonly Nested[]).slice(0, -1)];
  return new Map([...inputs, [decoder.output, later(next)]]);
}

/** What one step is given: of a decoder the output before, for one hypothesis. */
function positionsOf({ decoder, causal }: Program, inputs: Bindings['inputs'], t: number): readonly (readonly [string, Nested])[] {
  if (decoder !== null) {
    const previous = (inputs.get(decoder.output) as readonly Nested[]).map((example) => [take(example, 0, t)]);
    return [
      ['previous', previous],
      ...(decoder.kind === 'parallel' ? decoder.clocked.args.map(({ name }): [string, Nested] => [`place.${name}`, previous]) : []),
    ];
  }
  return causal!.args.map(({ name, node }) => [
    `place.${name}`,
    (inputs.get(name) as readonly Nested[]).map((example) =>
      take(
        example,
        typeOf(node).axes.findIndex(({ id }) => id === causal!.axis.id),
        t,
      ),
    ),
  ]);
}
