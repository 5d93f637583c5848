/** From the laid-out graph to calls of tfjs: one rule per operation. Equal calls become one value. */
import { gradientOf } from '../derivatives.ts';
import { size as sizes } from '../../size/size.ts';
import type { BinaryFn, Node, Op, OpOf, Origin, UnaryFn } from '../../graph/graph.ts';
import { NOWHERE } from '../../graph/builder.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { UNARY } from '../../graph/operations/unary.ts';
import { isRagged, isUnit, originOf, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { mayBeEmpty } from '../../passes/absence/absence.ts';
import { BATCH, BEAM, HYPOTHESES, isGrowing, isOfRounds, isSlots } from '../../passes/core/axes.ts';
import { isOf } from '../../graph/walk.ts';
import { inOrder, nativeOrder } from '../../passes/layout/build.ts';
import { axesOf } from '../../passes/layout/limits.ts';
import { access, quoted } from '../naming/names.ts';
import { type Call, type Loop, type Piece, type State, type Value, inputsOf, isList } from './value.ts';
import { at, dtypeOfNode, extent, isMask, literal, nameOf, separated, shape } from './lowering/pieces.ts';
import { type ArgumentRole, areOrdered, argumentsOf, isPositive, maskedAxis, original, originsOf, usesOf } from './lowering/nodes.ts';
import { depthsOf, isElementwise } from './lowering/depths.ts';
import { typeOfLists } from './lowering/lists.ts';
import type { InputSource } from './lowering/values.ts';
import { Moves, REDUCE } from './lowering/moves.ts';

export interface Lowered {
  readonly roots: readonly Value[];
  /** By what a loop binds or leaves: its arguments, its statement, its final states, its lists. */
  readonly loops: ReadonlyMap<Value, Loop>;
  /** By the call, and by each of its outputs. */
  readonly calls: ReadonlyMap<Value, Call>;
}

/**
 * `place` says in messages where in the program something stands, `parameter` where a parameter lies in the tree of all,
 * `equation` which equation it stands for, `isInRounds` which roots are given as lists, one element per round.
 */
export function lower(
  roots: readonly Node[],
  input: InputSource,
  place: (origin: Origin) => string,
  parameter: (path: string) => string,
  equation: (origin: Origin) => string,
  isInRounds: (root: number) => boolean = () => false,
): Lowered {
  const nodes = inOrder(roots);
  const origin = originsOf(nodes, equation);
  const facts = { roles: argumentsOf(nodes, origin), uses: usesOf(nodes, roots), origin, depthOf: depthsOf(nodes, roots, isInRounds) };
  const pass = new Lowering(input, facts, place, parameter);
  for (const node of nodes) pass.visit(node);
  return {
    roots: roots.map((node, k) => (isInRounds(k) ? pass.inRounds(node) : pass.root(node))),
    loops: pass.loops,
    calls: new Map(),
  };
}

/** The root, which `isOfHost`, as a number of the host. */
export function lowerHost(root: Node, input: InputSource): Value {
  const pass = new Lowering(
    input,
    { roles: new Map(), uses: new Map(), origin: ({ origin }) => origin, depthOf: () => 0 },
    () => '',
    (path) => path,
  );
  for (const node of inOrder([root])) pass.visit(node);
  return pass.value(root);
}

/** By what is surely more than 0 the kernels divide as they are. */
const DIVISIONS: Partial<Readonly<Record<BinaryFn, string>>> = { mod: 'tf.mod', quot: 'tf.floorDiv' };

/** What a check calls by no name: the examples and, in a step of decoding, their hypotheses. */
const isOfExamples = (id: string): boolean => id === BATCH.id || id === BEAM.id || id === HYPOTHESES.id;

class Lowering extends Moves {
  visit(node: Node): void {
    if (node.op.kind === 'scan') this.scans.set(node, this.#scan(node, node.op));
    else this.done.set(node, this.#rule(node, node.op));
  }

  root(node: Node): Value {
    const value = this.of(node);
    return value.kind === 'rows' ? value : this.tensor(value, this.origin(node));
  }

  value(node: Node): Value {
    return this.of(node);
  }

  #rule(node: Node, op: Exclude<Op, OpOf<'scan'>>): Value {
    const inputs = op.kind === 'result' ? [] : node.inputs;
    const [x, y] = [inputs[0]!, inputs[1]!];
    if (isElementwise(node) && this.depthOf(node) > 0) return this.perRound(node);
    switch (op.kind) {
      case 'input': {
        const source = this.input(op.name);
        const one = source.type ?? (source.host ? 'number' : 'tf.Tensor');
        const depth = this.depthOf(node);
        const value = this.shared(source.host ? 'host' : 'given', [source.text], dtypeOfNode(node), this.origin(node), op.name, {
          free: typeOfLists(depth, one),
        });
        this.bound(value, node);
        return value;
      }
      case 'parameter':
        // Rounds read their own: nothing reads the whole.
        return this.shared('given', [{ parameter: this.parameter(op.path) }], 'float32', this.origin(node), op.path.split('.').at(-1)!);
      case 'constant':
        return this.host([dtypeOfNode(node) === 'bool' ? `${op.value !== 0}` : literal(op.value)], dtypeOfNode(node), this.origin(node));
      case 'size':
        return this.host([{ size: op.size, tight: true }], 'int32', this.origin(node));
      case 'length':
        return this.shared('given', [`batch.lengths${access(op.dim.label)}`], 'int32', NOWHERE, `${op.dim.label} lengths`, {
          free: 'tf.Tensor',
        });
      case 'position': {
        const first = originOf(op.axis.space);
        const end = sizes.add(sizeOf(op.axis.space), first);
        return this.part(
          node,
          'int32',
          `${op.axis.label} positions`,
          'tf.range(',
          { size: first, tight: false },
          ', ',
          { size: end, tight: false },
          ", 1, 'int32')",
        );
      }
      case 'argument':
        return this.#argument(node);
      case 'random':
        return this.#random(node, op);
      case 'unary':
        return this.#unary(node, op.fn, x);
      case 'binary': {
        const { call, hint, host } = BINARY[op.fn].typescript;
        const [a, b] = [this.of(x), this.of(y)];
        if (a.kind === 'host' && b.kind === 'host') return this.host(host(a, b), dtypeOfNode(node), this.origin(node));
        // Two masks may be found to be one only in memory: a mask by positions, along two axes of one size.
        const isImplied = isOf(x, 'binary') && x.op.fn === 'and' && x.inputs.some((input) => this.of(input) === b);
        if (
          op.fn === 'and' &&
          (a === b || isImplied) &&
          axesOf(x)
            .map(({ id }) => id)
            .join() ===
            axesOf(node)
              .map(({ id }) => id)
              .join()
        )
          return this.tensor(a, this.origin(x));
        const direct = isPositive(y) ? DIVISIONS[op.fn] : undefined;
        if (direct !== undefined && dtypeOfNode(node) === 'int32')
          return this.call(node, hint, `${direct}(`, this.tensorOf(x), ', ', this.tensorOf(y), ')');
        const gradient = op.fn === 'mul' ? gradientOf(x, y) : null;
        if (gradient !== null)
          return this.call(node, gradient.call, `rt.${gradient.call}(`, this.tensorOf(gradient.g), ', ', this.tensorOf(gradient.y), ')');
        const mask = maskedAxis(x, y);
        if (mask !== null) return this.mask(node, mask, `${call}(`, this.operand(x), ', ', this.operand(y), ')');
        const named = op.fn === 'and' && (isMask(a) || isMask(b)) ? 'mask' : areOrdered(x, y) ? 'causal mask' : hint;
        return this.call(node, named, `${call}(`, this.operand(x), ', ', this.operand(y), ')');
      }
      case 'select': {
        const condition = this.tensorOf(x);
        const of = this.of(y);
        const hint = isMask(condition) && of.kind !== 'host' ? `${nameOf(of).replace(/(Wide|Rows|Shaped)+$/, '')}Masked` : 'chosen';
        return this.call(node, hint, 'rt.where(', condition, ', ', this.operand(y), ', ', this.operand(inputs[2]!), ')');
      }
      case 'reduce': {
        const [call, hint] = REDUCE[op.fn];
        const positions = op.axes.map((id) => at(x, id)).sort((a, b) => a - b);
        const rank = axesOf(x).length;
        // Such truth values are turned first, which webgpu does wrongly.
        if ((op.fn === 'any' || op.fn === 'all') && rank > 2 && positions[0]! < rank - positions.length) {
          return this.call(node, hint, `rt.${op.fn}(`, this.tensorOf(x), `, [${positions.join(', ')}])`);
        }
        if (positions.length === axesOf(x).length) return this.call(node, hint, `${call}(`, this.tensorOf(x), ')');
        return this.call(
          node,
          hint,
          `${call}(`,
          this.tensorOf(x),
          `, ${positions.length === 1 ? positions[0] : `[${positions.join(', ')}]`})`,
        );
      }
      case 'softmax':
        return this.call(node, op.log ? 'logSoftmax' : 'softmax', op.log ? 'rt.logSoftmax(' : 'tf.softmax(', this.tensorOf(x), ')');
      case 'argmax':
        return this.moved(
          node,
          this.part(node, 'int32', 'best', 'tf.argMax(', this.tensorOf(x), `, ${at(x, op.axis)})`),
          originOf(axesOf(x)[at(x, op.axis)]!.space),
          'add',
        );
      case 'matmul':
        return this.call(node, this.#productName(inputs), 'tf.matMul(', this.tensorOf(x), ', ', this.tensorOf(y), `${transpositions(op)})`);
      case 'check': {
        const value = this.of(x);
        const labels = axesOf(y)
          .map(({ id, label }) => quoted(isOfExamples(id) ? '' : label))
          .join(', ');
        if (value.kind === 'host') return this.host(['rt.int32(', value, ')'], 'int32', this.origin(node));
        const batch = this.shared('given', ['batch'], 'float32', NOWHERE, 'batch', { free: 'rt.Batch' });
        return this.call(
          node,
          'checked',
          'rt.refuse(',
          batch,
          ', ',
          this.tensorOf(x),
          ', ',
          this.tensorOf(y),
          `, ${quoted(`${this.place(this.origin(node))}: ${op.what}`)}, [${labels}])`,
        );
      }
      case 'gather':
        return this.gather(node, op, x, y);
      case 'scatter': {
        const index = this.index(node, y, op.axis);
        const leading = axesOf(y).filter((axis) => !op.over.includes(axis.id)).length;
        return this.inOrder(
          node,
          'scattered',
          'rt.scatter(',
          index,
          ', ',
          this.tensorOf(x),
          ', ',
          extent(op.axis),
          leading === 0 ? ')' : `, ${leading})`,
        );
      }
      case 'onehot':
        return this.call(node, 'oneHot', 'rt.oneHot(', this.index(node, x, op.axis), ', ', extent(op.axis), ')');
      case 'concat':
        return this.call(
          node,
          'joined',
          'tf.concat([',
          ...separated(inputs.map((input) => this.tensorOf(input))),
          `], ${axesOf(node).findIndex((axis) => axis.id === op.axis.id)})`,
        );
      case 'slice':
        return this.slice(node, op, x);
      case 'shift':
        return this.call(
          node,
          op.circular ? 'rolled' : 'shifted',
          op.circular ? 'rt.roll(' : 'rt.shift(',
          this.tensorOf(x),
          `, ${at(x, op.axis)}, `,
          { size: op.by, tight: false },
          ')',
        );
      case 'rename':
        return this.of(x);
      case 'broadcast':
        return this.broadcast(node, x);
      case 'cumsum':
      case 'cumprod':
        return this.call(
          node,
          'running',
          `tf.${op.kind}(`,
          this.tensorOf(x),
          `, ${at(x, op.axis)}${op.exclusive || op.reversed ? `, ${op.exclusive}, ${op.reversed}` : ''})`,
        );
      case 'permute': {
        const native = nativeOrder(x);
        if (native?.every((axis, k) => axis.id === op.order[k])) return called(this.native.get(x)!, this.origin(node));
        return this.permuted(node, this.tensorOf(x), axesOf(x), op.order);
      }
      case 'reshape': {
        const kept = this.keptReduction(node, x);
        if (kept !== null) return kept;
        const hint = `${this.base(x)}${x.op.kind === 'matmul' ? '' : axesOf(node).length < axesOf(x).length ? 'Rows' : axesOf(node).some(isUnit) ? 'Wide' : 'Shaped'}`;
        return this.call(node, hint, 'tf.reshape(', this.tensorOf(x), ', ', ...shape(axesOf(node)), ')');
      }
      case 'append': {
        const axis = at(node, op.axis.id);
        const keep: readonly Piece[] = op.keep === null ? [] : [', ', { size: op.keep, tight: false }];
        const value = this.make(
          'rows',
          ['rt.appendToCache(', this.of(x), ', ', this.tensorOf(y), `, ${axis}`, ...keep, ')'],
          dtypeOfNode(node),
          this.origin(node),
          'rows',
        );
        this.rowsAxis.set(value, axis);
        return value;
      }
      case 'before': {
        const rows = this.of(x);
        return this.call(
          node,
          'earlier',
          'rt.cachedAt(',
          rows,
          `, ${this.rowsAxis.get(rows)}, `,
          { size: sizes.sub(sizes.atom('before'), op.by), tight: false },
          ')',
        );
      }
      case 'result':
        return this.#result(node, op.index);
      case 'across':
      case 'where':
      case 'otherwise':
      case 'contract':
      case 'merge':
      case 'split':
      case 'past':
      case 'call':
      case 'clock':
        throw new Error(`emit: ${op.kind} is not laid out`);
    }
  }

  #unary(node: Node, fn: UnaryFn, x: Node): Value {
    const value = this.of(x);
    const dtype = dtypeOfNode(node);
    if (fn === 'stop') return called(value, this.origin(node));
    if (value.dtype === dtype && (fn === 'int' || fn === 'float' || fn === 'floor')) return value;
    if (value.kind === 'host' && value.dtype === 'int32' && fn === 'float') return this.host([value], dtype, this.origin(node));
    const { call, hint, host } = UNARY[fn].typescript;
    if (value.kind === 'host' && host !== null) return this.host([`${host}(`, value, ')'], dtype, this.origin(node));
    const tensor = this.tensor(value, this.origin(x));
    switch (fn) {
      case 'float':
      case 'int':
        return this.call(node, `${nameOf(value)}As${fn === 'int' ? 'Int' : 'Float'}`, 'tf.cast(', tensor, `, '${dtype}')`);
      case 'floor':
        return this.call(node, 'whole', 'tf.cast(', this.part(node, 'float32', 'floor', 'tf.floor(', tensor, ')'), ", 'int32')");
      default:
        return this.call(node, hint, `${call}(`, tensor, ')');
    }
  }

  #random(node: Node, op: OpOf<'random'>): Value {
    const steps = node.inputs.map((input) => this.of(input));
    const ragged = op.axes
      .slice(1)
      .map((axis) => isRagged(axis.space) || isGrowing(axis) || isSlots(axis.space))
      .join(', ');
    const rate = op.draw === 'keep' ? `${literal(op.rate)}, ` : '';
    const site = this.shared('host', [quoted(op.site)], 'float32', NOWHERE, 'site', { free: 'string' });
    return this.call(
      node,
      op.draw,
      `random.${op.draw}(`,
      site,
      `, ${rate}`,
      ...shape(op.axes),
      `, [${ragged}], [`,
      ...separated(steps),
      '])',
    );
  }

  /** A product with a parameter is called after that. */
  #productName(operands: readonly Node[]): string {
    const [path] = operands.flatMap((operand) => this.pathOf(original(operand)) ?? []);
    return `${path ?? ''} product`.trim();
  }

  /** Lowered before its loop is known. The position of a step is a number of the host. */
  #argument(node: Node): Value {
    const role = this.roles.get(node);
    if (role?.parameter !== undefined) return this.#roundOf(node, role.parameter);
    const argument = this.asBound(this.make('argument', [], dtypeOfNode(node), this.origin(node), role?.hint ?? 'value'), node);
    if (role?.position !== true) return argument;
    const elem = node.types[0]!.elem;
    if (elem.kind !== 'index' || startsAtZero(elem.space)) return this.host([argument], 'int32', this.origin(node));
    return this.host(['(', argument, ' + ', { size: originOf(elem.space), tight: true }, ')'], 'int32', this.origin(node));
  }

  /** Written where it is used: `p.layers[i]!.W`. Where a loop inside takes it apart, nothing reads it. */
  #roundOf(node: Node, { path, rounds }: NonNullable<ArgumentRole['parameter']>): Value {
    const positions = rounds.map((position) => inputsOf(this.of(position))[0]!);
    return this.shared('given', [{ parameter: this.parameter(path) }, ...positions], 'float32', this.origin(node), path.split('.').at(-1)!);
  }

  #scan(node: Node, op: OpOf<'scan'>): readonly Value[] {
    const { region, axis } = op;
    const unnamed = { ...node.origin, name: null };
    const count = region.xs.length;
    // A round's parameters are read where they are used.
    const xs = region.xs.flatMap((x, k) =>
      this.roles.get(x)?.parameter === undefined
        ? [{ argument: this.of(x), list: this.lists(node.inputs[k]!, 1 + this.depthOf(x), unnamed) }]
        : [],
    );
    const firsts = region.states.map((state, k) => this.lists(node.inputs[count + k]!, this.depthOf(state), unnamed));
    const nexts = region.nexts.map((next, k) => this.lists(next, this.depthOf(region.states[k]!), unnamed));
    const values = region.emits.map((emit) =>
      this.of(emit).kind === 'rows' ? this.of(emit) : this.lists(emit, isOfRounds(emit) ? this.depthOf(emit) : 0, unnamed),
    );
    const self = this.make('loop', [], 'float32', unnamed, 'loop');
    const states: State[] = region.states.map((state, k) => ({
      argument: this.of(state),
      first: firsts[k]!,
      next: nexts[k]!,
      final: this.asBound(this.make('final', [self], nexts[k]!.dtype, this.origin(node), nameOf(this.of(state))), state),
    }));
    // What a step emits of a sequence is the sequence; what it emits twice is one list.
    const lists = new Map<Value, Value>(xs.map((x) => [x.argument, x.list]));
    const emits: Loop['emits'][number][] = [];
    for (const [k, value] of values.entries()) {
      if (lists.has(value)) continue;
      const made = this.make('emitted', [self], value.dtype, unnamed, `${nameOf(value).replace(/ steps$/, '')} steps`);
      lists.set(value, made);
      if (mayBeEmpty(axis.space) || isList(value)) this.steps.set(made, shape(axesOf(region.emits[k]!)));
      emits.push({ value, list: made });
    }
    const position = inputsOf(this.of(region.position))[0]!;
    const loop: Loop = { size: sizeOf(axis.space), label: axis.label, reversed: op.reversed, position, xs, states, emits, self };
    this.emits.set(loop, emits);
    const tied = [
      self,
      position,
      ...xs.map((x) => x.argument),
      ...states.flatMap((state) => [state.argument, state.final]),
      ...emits.map((emit) => emit.list),
    ];
    for (const value of tied) this.loops.set(value, loop);
    return [...states.map((state) => state.final), ...values.map((value) => lists.get(value)!)];
  }

  #result(node: Node, index: number): Value {
    const value = this.scans.get(node.inputs[0]!)?.[index];
    if (value === undefined) throw new Error(`emit: %${node.id} reads no scan`);
    return value;
  }
}

/** The last arguments of a product, as far as they are not what tfjs takes for granted. */
function transpositions({ transposeA, transposeB }: OpOf<'matmul'>): string {
  return transposeB ? `, ${transposeA}, true` : transposeA ? ', true' : '';
}

/** A value without a name takes that of a node that adds nothing to it. */
function called(value: Value, { name }: Origin): Value {
  if (value.kind === 'tensor' && value.origin.name === null && name !== null) rename(value, name);
  return value;
}

function rename(value: { origin: Origin }, name: string): void {
  value.origin = { ...value.origin, name };
}
