/** The text of one emitted function: statements under the `.attn` lines that they come from. */
import type { CodeBlockWriter } from 'ts-morph';
import type { Size } from '../../size/size.ts';
import type { CallFrame, Origin } from '../../graph/graph.ts';
import type { Lowered } from './lower.ts';
import { access, calledAfter, described, endsOf, identifier, type Names, property, quoted, upperFirst } from '../naming/names.ts';
import type { Gradients, Taken } from './outline/gradients.ts';
import { BY_ROUND, PER_ROUND } from './lowering/values.ts';
import { KEEP, type StepList, type Steps } from './outline/steps.ts';
import { partAccess } from './parameters.ts';
import { holdersIn, plan, type Block, type Given, type Plan, type Statement } from './schedule.ts';
import { atomsIn } from '../naming/sizes.ts';
import type { Sources } from '../naming/sources.ts';
import { expression, type Expression } from './text/expression.ts';
import { sizeExpression, unbracketed, type AtomName } from './text/host.ts';
import { Lines, WIDTH } from './text/lines.ts';
import { places, readOnce, rolesOf } from './text/reading.ts';
import { SPREAD } from './text/record.ts';
import {
  elementOf,
  isList,
  listDepth,
  typeOf,
  inputsOf,
  isSize,
  isValue,
  type Loop,
  type Piece,
  type Value,
  parameterOf,
} from './value.ts';

export interface FunctionContext {
  readonly sources: Sources;
  readonly atomName: AtomName;
  /** Names that the function's parameters have. */
  readonly parameters: readonly string[];
  /** The functions that it may call. */
  readonly called: Names;
  /** What each root is returned as. */
  readonly returned: readonly string[];
  /** Atoms that are not in `n`: how to write them. */
  readonly local?: Readonly<Record<string, string>>;
  /** Atoms that parameters stand for. */
  readonly handed?: ReadonlyMap<string, string>;
  /** The call whose function it is. */
  readonly frame?: CallFrame;
  /** What its steps keep for others, and others' for it. */
  readonly steps: Steps;
  readonly gradients: Gradients;
  /** From where sizes are taken apart, e.g. `batch.n`. */
  readonly sizes: string;
}

export interface Body {
  /** Everything up to the `return`; with it, and then true, if the last statement is that of the one result that is told. */
  readonly write: (writer: CodeBlockWriter, result?: string | null) => boolean;
  /** The expression of each root. */
  readonly results: readonly string[];
  /** Which of the function's parameters the text reads. */
  readonly reads: (parameter: string) => boolean;
}

export function functionBody(lowered: Lowered, context: FunctionContext): Body {
  const keyOf = (origin: Origin): string => context.sources.equationKey(origin);
  const placeOf = places(lowered, keyOf);
  const schedule = plan(
    lowered,
    (value) => keyOf(placeOf(value)),
    (value) => context.steps.stacks.has(value),
    context.frame !== undefined,
  );
  return new BodyWriter(lowered, schedule, context, placeOf).body();
}

/** What a record of gradients is called in what a function gives. */
export const GRADIENTS = 'gradients';

/** `rt.below('Translate.s.GRU', dGRU)`: a record by whole paths. */
export function belowText(path: string, name: string): string {
  return path === '' ? name : `rt.below(${quoted(path)}, ${name})`;
}

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** How many dead tensors may wait within the statements of one `.attn` line. */
const MOST_DEAD = 4;

class BodyWriter {
  readonly #lowered: Lowered;
  readonly #plan: Plan;
  readonly #context: FunctionContext;
  readonly #placeOf: (value: Value) => Origin;
  /** What belongs to the block that is being written. */
  #names: Names;
  readonly #named = new Map<Value, string>();
  /** Names of what has none of its own by what it is for: to begin a state with, to be its next value, to be returned. */
  readonly #roles: ReadonlyMap<Value, readonly string[]>;
  /** What keeps a value alive. */
  readonly #holders: (value: Value) => readonly Value[];
  /** What one statement reads once. */
  readonly #readOnce: ReadonlySet<Value>;
  /** Atom to local identifier. */
  readonly #sizes = new Map<string, string>();
  readonly #locals = new Map<string, string>();
  /** Parameters of the function that its text reads. */
  readonly #reads = new Set<string>();
  readonly #lines = new Lines();

  constructor(lowered: Lowered, plan: Plan, context: FunctionContext, placeOf: (value: Value) => Origin) {
    this.#placeOf = placeOf;
    this.#lowered = lowered;
    this.#plan = plan;
    this.#context = context;
    const { steps } = context;
    const lists = [...steps.fields.values()].map(({ list }) => list.name);
    this.#names = context.called.within([...context.parameters, ...lists, KEEP]);
    this.#roles = rolesOf(lowered, context.returned);
    this.#holders = holdersIn(lowered);
    this.#readOnce = readOnce(lowered, plan.needed);
  }

  body(): Body {
    this.#takeSizes();
    this.#block(this.#plan.block, null, 0, '');
    const results = this.#results(this.#plan.results);
    this.#dispose(this.#plan.block.ends, 0);
    const header = this.#header();
    const lines = this.#lines.all;
    return {
      write(writer, result = null) {
        const last = lines.findLastIndex(({ depth, text }) => depth === 0 && !/^[})]/.test(text));
        const front = `const ${result} = `;
        const isReturned = result !== null && lines[last]?.text.startsWith(front) === true;
        for (const line of header) writer.writeLine(line);
        for (const [k, { depth, text }] of lines.entries())
          writer.writeLine(`${'  '.repeat(depth)}${isReturned && k === last ? `return ${text.slice(front.length)}` : text}`);
        return isReturned;
      },
      results,
      reads: (parameter) => this.#reads.has(parameter),
    };
  }

  // ---------------------------------------------------------------- sizes

  /** The sizes that the needed values read get their names first, so that they are called as in the program. */
  #takeSizes(): void {
    const add = (size: Size): void => {
      for (const atom of atomsIn(size)) {
        if (this.#context.handed?.has(atom) === true) continue;
        const local = this.#context.local?.[atom];
        this.#read(local ?? this.#context.sizes);
        if (this.#sizes.has(atom) || this.#locals.has(atom)) continue;
        if (local !== undefined) {
          this.#locals.set(atom, this.#names.take(atom));
          continue;
        }
        const label = this.#context.atomName(atom);
        this.#sizes.set(atom, this.#names.take(label === 'batch' ? 'batchSize' : label));
      }
    };
    for (const value of this.#plan.needed) {
      for (const piece of value.code) {
        if (typeof piece === 'string') this.#read(piece);
        else if (isSize(piece)) add(piece.size);
        else if ('parameter' in piece) this.#read('p');
        else if ('sizes' in piece) this.#read(this.#context.sizes);
      }
      if (value.kind === 'loop') add(this.#lowered.loops.get(value)!.size);
    }
  }

  /** Expressions of the caller's things begin with the parameter's name. */
  #read(expression: string): void {
    const parameter = /^[\p{ID_Continue}]+/u.exec(expression)?.[0];
    if (parameter !== undefined) this.#reads.add(parameter);
  }

  #header(): readonly string[] {
    const locals = [...this.#locals].map(([atom, name]) => `const ${name} = ${this.#context.local![atom]!};`);
    if (this.#sizes.size === 0) return locals;
    const parts = [...this.#sizes].map(([atom, name]) => {
      const label = this.#context.atomName(atom);
      return label === name ? name : `${property(label)}: ${name}`;
    });
    return [`const { ${parts.sort().join(', ')} } = ${this.#context.sizes};`, ...locals];
  }

  #size(size: Size, tight = false): string {
    return sizeExpression({ size, tight }, (atom) => this.#context.handed?.get(atom) ?? this.#locals.get(atom) ?? this.#sizes.get(atom)!);
  }

  // ---------------------------------------------------------------- names

  #name(value: Value): string {
    const known = this.#listOf(value)?.name ?? this.#named.get(value);
    if (known !== undefined) return known;
    const record = this.#context.gradients.taken.get(value);
    if (record !== undefined) return this.#gradientsName(record);
    const taken = this.#names.takeFirst(value.kind === 'list' ? [this.#listName(value)] : this.#wanted(value));
    this.#named.set(value, taken);
    return taken;
  }

  /** `dGRU`, or `dHGRU`: after the part of the parameters. */
  #gradientsName({ self, path }: Taken): string {
    const known = this.#named.get(self);
    if (known !== undefined) return known;
    const names = path === '' ? [GRADIENTS] : endsOf(path, 4).map((end) => `d ${upperFirst(end.replace(/#.*$/, ''))}`);
    const taken = this.#names.takeFirst(names);
    this.#named.set(self, taken);
    return taken;
  }

  /** What a list lies in together with others. */
  #listOf(list: Value): StepList | null {
    return this.#context.steps.fields.get(list)?.list ?? null;
  }

  /** What a value may be called, the best first: its own name, what it is returned as, or else what it is. */
  #wanted(value: Value): readonly string[] {
    const own = value.origin.name === null ? [] : [value.origin.name];
    const names = [...own, ...(this.#roles.get(value) ?? [])];
    const all = own.length > 0 ? names : [...names, ...(value.kind === 'argument' ? [value.hint] : this.#byWhatItIs(value))];
    return [...all, ...calledAfter(all[0]!, value.origin.frame, this.#context.frame ?? null)];
  }

  #byWhatItIs({ hint, origin }: Value): readonly string[] {
    return described(hint, this.#context.sources.equation(origin));
  }

  /** A list is called after what it is made of. */
  #listName(list: Value): string {
    if (`${list.code[0] as string}`.startsWith(PER_ROUND)) return this.#wanted(list)[0]!;
    if (list.code[0] === BY_ROUND) return `${this.#expression(inputsOf(list)[0]!).replace(/Steps\d*$/, '')} Rounds`;
    let from = list;
    while (!this.#named.has(from) && from.kind !== 'argument' && from.free === undefined) {
      const next = inputsOf(from).find((input) => input.kind === 'tensor' || input.kind === 'output' || input.free !== undefined);
      if (next === undefined) return this.#wanted(list)[0]!;
      from = next;
    }
    return `${this.#named.get(from) ?? identifier(this.#expression(from))} Steps`;
  }

  #expression(value: Value): string {
    if ((value.kind !== 'host' && value.kind !== 'given') || this.#listOf(value) !== null) return this.#name(value);
    const path = parameterOf(value);
    if (path !== null)
      return `p${partAccess(
        path,
        inputsOf(value).map((position) => this.#expression(position)),
      )}`;
    const isArgument = (k: number): boolean => `${value.code[k - 1]}`.endsWith('(') && value.code[k + 1] === ')';
    return value.code.map((piece, k) => (isArgument(k) ? unbracketed(this.#piece(piece)) : this.#piece(piece))).join('');
  }

  #piece(piece: Piece): string {
    if (typeof piece === 'string') return piece;
    if (isValue(piece)) return this.#expression(piece);
    if (isSize(piece)) return this.#size(piece.size, piece.tight);
    return this.#context.sizes;
  }

  /** A call: arguments that are whole host expressions lose their brackets. */
  #argument(piece: Piece): string {
    return isValue(piece) ? unbracketed(this.#expression(piece)) : this.#piece(piece);
  }

  // ---------------------------------------------------------------- statements

  #dispose(values: readonly Value[], depth: number): void {
    this.#lines.packed(
      depth,
      [
        ...new Set(
          values
            .filter((value) => !this.#context.steps.absent.has(value) && this.#listOf(value)?.record.isStacked !== true)
            .map((value) => this.#name(value)),
        ),
      ],
      {
        front: 'rt.dispose(',
        between: ', ',
        back: ');',
      },
    );
  }

  #results(results: readonly Given[]): readonly string[] {
    return results.map(({ value, copy }) => {
      if (!copy) return this.#expression(value);
      const name = this.#names.take(`${value.origin.name ?? value.hint} Result`);
      this.#lines.write(0, `const ${name} = ${this.#copied(value)};`);
      return name;
    });
  }

  /** `place`: the comment that it stands under. */
  #block(block: Block, loop: Loop | null, depth: number, place: string): void {
    let dead: Value[] = [];
    const flush = (): void => {
      this.#dispose(dead, depth);
      dead = [];
    };
    for (const statement of block.statements) {
      if (this.#context.steps.stacks.has(statement.value)) {
        dead.push(...statement.dies);
        continue;
      }
      const line = this.#context.sources.line(this.#placeOf(statement.value));
      const begins = line !== place && line !== '';
      if (begins || statement.body !== null) flush();
      if (begins) this.#lines.write(depth, `// ${line}`);
      if (line !== '') place = line;
      if (statement.value.kind === 'call') this.#call(statement.value, depth);
      else if (statement.body === null) this.#statement(statement, depth);
      else this.#loop(statement, statement.body, depth, place);
      dead.push(...statement.dies);
      // Not line by line, for the reader's sake; not much later either, for the memory's.
      if (dead.length >= MOST_DEAD || statement.body !== null) flush();
    }
    flush();
    if (loop !== null) this.#stepEnd(block, loop, depth);
  }

  /** What the steps to a value make is disposed of by a `tidy` around them. */
  #statement({ value, parts }: Statement, depth: number): void {
    const name = this.#name(value);
    const [front, back] = parts.length === 0 ? ['', ''] : ['tf.tidy(() => ', ')'];
    const around = `const ${name} = ${front}${back};`.length + 2 * depth;
    const short = this.#composed(value, parts, WIDTH - around);
    if (short.steps.length === 0) {
      this.#lines.write(depth, `const ${name} = ${front}${short.result}${back};`);
      return;
    }
    const { steps, result } = this.#composed(value, parts, WIDTH - 2 * (depth + 2) - 'return ;'.length);
    this.#lines.write(depth, `const ${name} = tf.tidy(() =>${steps.length === 0 ? '' : ' {'}`);
    for (const step of steps) this.#lines.write(depth + 1, `const ${step.name} = ${step.text};`);
    this.#lines.write(depth + 1, steps.length === 0 ? `${result},` : `return ${result};`);
    this.#lines.write(depth, steps.length === 0 ? ');' : '});');
  }

  #composed(value: Value, parts: readonly Value[], width: number): Expression {
    // Names of the block around may be given again, unless the text here reads them.
    const read = [value, ...parts]
      .flatMap(({ code }) => code)
      .filter((piece) => typeof piece !== 'string' && !parts.includes(piece as Value));
    const words = read.flatMap((piece) => this.#argument(piece).match(/(?<![.'"\p{ID_Continue}])[\p{ID_Continue}]+/gu) ?? []);
    const names = this.#context.called.within([this.#name(value), ...this.#context.parameters, ...words]);
    return expression(value, parts, {
      text: (piece) => this.#argument(piece),
      name: (step) => names.takeFirst([...endsOf(step.hint, 2), ...this.#byWhatItIs(step)]),
      width,
    });
  }

  /** Takes what is read of what a function gives, and what has to be disposed of. */
  #call(value: Value, depth: number): void {
    const { name, front, handed, sizes, outputs } = this.#lowered.calls.get(value)!;
    const { steps, gradients } = this.#context;
    const told = steps.told.get(value);
    const records = distinct(outputs.flatMap((output) => gradients.taken.get(output.value) ?? []));
    const taken = distinct(
      outputs
        .filter((output) => !gradients.taken.has(output.value))
        .filter((output) => (output.owns || this.#plan.needed.has(output.value)) && !steps.absent.has(output.value))
        .map((output) => {
          const own = this.#name(output.value);
          const name = steps.given.get(output.value) ?? output.name;
          return name === null || name === own ? own : `${name}: ${own}`;
        }),
    );
    const lists = steps.handed.get(value)!;
    const args = [...front, ...handed.filter((_, k) => lists[k] === null || lists.indexOf(lists[k]!) === k), ...sizes];
    const texts = args.map((piece) => this.#argument(piece));
    const [record] = records;
    const isAlone = record?.isAlone ?? (outputs.length === 1 && outputs[0]!.name === null);
    const all =
      record === undefined ? taken : [isAlone ? this.#gradientsName(record) : `${GRADIENTS}: ${this.#gradientsName(record)}`, ...taken];
    this.#lines.write(
      depth,
      `const ${isAlone ? all[0]! : `{ ${all.join(', ')} }`} = ${name}(${[...texts, ...(told === undefined ? [] : [told])].join(', ')});`,
    );
  }

  #loop({ value, copies }: Statement, body: Block, depth: number, place: string): void {
    const loop = this.#lowered.loops.get(value)!;
    const { needed } = this.#plan;
    const count = this.#size(loop.size);
    const emits = loop.emits.filter((emit) => needed.has(emit.list));
    const states = loop.states.filter((state) => needed.has(state.final));
    const lists = emits.flatMap(({ value: element, list }) => {
      if (this.#listOf(list) !== null) return [];
      this.#named.set(list, this.#names.takeFirst(this.#wanted(element).map((each) => `${each.replace(/ steps$/, '')} Steps`)));
      const type = typeOf(list, this.#lowered.loops);
      return loop.reversed ? `${this.#name(list)} = new Array<${elementOf(type)}>(${count})` : `${this.#name(list)}: ${type} = []`;
    });
    this.#lines.packed(depth, lists, { front: 'const ', between: ', ', back: ';' });
    this.#tellLent(emits);
    for (const { name, record } of distinct(emits.flatMap((emit) => this.#listOf(emit.list) ?? [])))
      this.#lines.write(depth, `const ${name}${loop.reversed ? ` = new Array<${record.type}>(${count})` : `: ${record.type}[] = []`};`);
    for (const state of states) {
      const name = this.#name(state.argument);
      this.#named.set(state.final, name);
      const type = typeOf(state.argument, this.#lowered.loops);
      const first = copies.has(state) ? this.#copied(state.first) : this.#expression(state.first);
      this.#lines.write(depth, `let ${name}: ${type} = ${first};`);
    }
    const around = this.#names;
    this.#names = around.within();
    const t = this.#names.take(loop.position.hint);
    this.#named.set(loop.position, t);
    this.#lines.write(
      depth,
      loop.reversed
        ? `for (let ${t} = ${this.#size(loop.size)} - 1; ${t} >= 0; ${t}--) {`
        : `for (let ${t} = 0; ${t} < ${count}; ${t}++) {`,
    );
    const records = new Map<StepList, string>();
    for (const { argument, list } of loop.xs) {
      if (!needed.has(argument)) continue;
      const kept = this.#context.steps.fields.get(list);
      if (kept !== undefined) {
        const step = records.get(kept.list) ?? this.#names.takeFirst(['step', kept.list.name.replace(/s(?=\d*$)/, '')]);
        if (!records.has(kept.list)) this.#lines.write(depth + 1, `const ${step} = ${kept.list.name}[${t}]!;`);
        records.set(kept.list, step);
        this.#named.set(argument, `${step}${access(kept.field)}`);
        continue;
      }
      const steps = this.#expression(list);
      const name = argument.origin.name === null ? [] : [argument.origin.name];
      if (!name.some((own) => this.#names.isFree(identifier(own))) && this.#readOnce.has(argument)) {
        this.#named.set(argument, `${steps}[${t}]!`);
        continue;
      }
      // `zSteps2[t]` is `zAt`, as far as it has no name of its own.
      this.#named.set(argument, this.#names.takeFirst([...name, `${steps.replace(/Steps\d*$/, '')} At`]));
      this.#lines.write(depth + 1, `const ${this.#name(argument)} = ${steps}[${t}]!;`);
    }
    this.#block(body, loop, depth + 1, place);
    this.#names = around;
    this.#lines.write(depth, '}');
    this.#stack(emits, depth);
  }

  /** Says of the lists that were declared last which own nothing. */
  #tellLent(emits: Loop['emits']): void {
    const lent = emits.flatMap(({ list }) => {
      const [owner] = this.#holders(list);
      return owner === undefined || owner === list || this.#listOf(list) !== null
        ? []
        : [`${this.#name(list)} refers to what is in ${this.#name(owner)}`];
    });
    const last = this.#lines.all.at(-1);
    if (lent.length > 0 && last !== undefined) last.text += ` // ${lent.join('; ')}`;
  }

  /** What the steps have made, each as one tensor. */
  #stack(emits: Loop['emits'], depth: number): void {
    const { steps } = this.#context;
    const stacks = new Map([...steps.stacks].map(([stack, list]) => [list, stack]));
    const rows = emits.map(({ list }) => this.#listOf(list)).find((each) => each?.record.isStacked);
    if (rows == null) return;
    const name = this.#names.take(rows.name.replace(/Rows(?=\d*$)/, 'Stacks'));
    this.#lines.write(depth, `const ${name} = rt.stacked(${rows.name});`);
    for (const { list } of emits)
      if (this.#listOf(list) === rows) this.#named.set(stacks.get(list)!, `${name}${access(steps.fields.get(list)!.field)}`);
  }

  /** What the step keeps, much of it as one record; if its function is not told to, that ends here. */
  #keep(block: Block, loop: Loop, depth: number): void {
    const { steps } = this.#context;
    const lists = loop.emits.flatMap(({ list }) => (block.gives.has(list) ? [list] : []));
    const optional = lists.filter((list) => steps.optional.has(list));
    this.#push(lists, block, loop, depth, (list) => !steps.optional.has(list));
    if (optional.length === 0) return;
    const begin = this.#lines.all.length;
    this.#push(optional, block, loop, depth + 1, () => true);
    const [first, ...more] = this.#lines.all.slice(begin);
    const own = optional.map((list) => block.gives.get(list)!).filter(({ copy }) => !copy);
    const end = `else rt.dispose(${own.map(({ value }) => this.#expression(value)).join(', ')});`;
    // Several lists may be pushed to in one line.
    const isOne = more.length === 0 && new Set(optional.map((list) => this.#listOf(list) ?? list)).size === 1;
    if (isOne) this.#lines.all.splice(begin, 1, { depth, text: `if (${KEEP}) ${first!.text}` }, { depth, text: end });
    else {
      this.#lines.all.splice(begin, 0, { depth, text: `if (${KEEP}) {` });
      this.#lines.write(depth, `} ${end}`);
    }
  }

  #push(lists: readonly Value[], block: Block, loop: Loop, depth: number, isWanted: (list: Value) => boolean): void {
    const t = this.#name(loop.position);
    const given = (list: Value): string => this.#gift(block.gives.get(list)!);
    const wanted = lists.filter(isWanted);
    for (const kept of distinct(wanted.flatMap((list) => this.#listOf(list) ?? []))) {
      const own = new Map(wanted.map((list) => [this.#context.steps.fields.get(list), list]));
      const fields = [...own]
        .filter(([each]) => each?.list === kept)
        .sort(([a], [b]) => kept.record.fields.indexOf(a!.field) - kept.record.fields.indexOf(b!.field))
        .map(([each, list]) => {
          const taken = this.#context.gradients.taken.get(block.gives.get(list)!.value);
          if (taken !== undefined) return `${SPREAD}${belowText(taken.path, given(list))}`;
          return given(list) === each!.field ? given(list) : `${property(each!.field)}: ${given(list)}`;
        });
      const [front, back] = loop.reversed ? ([`${kept.name}[${t}] = {`, '};'] as const) : ([`${kept.name}.push({`, '});'] as const);
      this.#lines.list(depth, front, distinct(fields), back);
    }
    const alone = wanted.filter((list) => this.#listOf(list) === null);
    this.#lines.packed(
      depth,
      alone.map((list) => (loop.reversed ? `${this.#name(list)}[${t}] = ${given(list)};` : `${this.#name(list)}.push(${given(list)});`)),
      { front: '', between: ' ', back: '' },
    );
  }

  #gift({ value, copy }: Given): string {
    return copy ? this.#copied(value) : this.#expression(value);
  }

  /** A handle of its own for every tensor in it. */
  #copied(value: Value): string {
    const text = this.#expression(value);
    const depth = isList(value) ? listDepth(typeOf(value, this.#lowered.loops)) : 0;
    return depth === 0
      ? `tf.clone(${text})`
      : `${text}${'.map((each) => each'.repeat(depth - 1)}.map((each) => tf.clone(each))${')'.repeat(depth - 1)}`;
  }

  #stepEnd(block: Block, loop: Loop, depth: number): void {
    this.#keep(block, loop, depth);
    const moves = loop.states.flatMap((state) => {
      const gift = block.gives.get(state.final);
      const text = gift === undefined ? null : this.#gift(gift);
      const name = this.#name(state.argument);
      return text === null || text === name ? [] : [{ name, text, next: block.gives.get(state.final)!.value }];
    });
    // Old values are read by other assignments, or disposed after them: then all change at once.
    const together = block.ends.length > 0 || moves.some(({ next }) => next.kind === 'argument');
    if (together && moves.length > 0) {
      const ends = new Map(block.ends.map((value) => [value, this.#names.take(`${this.#name(value)} Old`)]));
      for (const [value, old] of ends) this.#lines.write(depth, `const ${old} = ${this.#name(value)};`);
      const first = moves[0]!;
      if (moves.length === 1) this.#lines.write(depth, `${first.name} = ${first.text};`);
      else this.#lines.write(depth, `[${moves.map(({ name }) => name).join(', ')}] = [${moves.map(({ text }) => text).join(', ')}];`);
      if (ends.size > 0) this.#lines.write(depth, `rt.dispose(${[...ends.values()].join(', ')});`);
      return;
    }
    for (const { name, text } of moves) this.#lines.write(depth, `${name} = ${text};`);
    this.#dispose(block.ends, depth);
  }
}
