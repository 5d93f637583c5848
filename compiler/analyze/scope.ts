/** What names mean while a body is elaborated, and the state that one elaboration shares. */
import type { Declaration, Param, Span } from '../../grammar/ast.ts';
import type { Code, Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import type { Problems } from '../diagnostics/diagnostic.ts';
import type { Builder } from '../graph/builder.ts';
import type { Axis, Dim, Node, Origin, Parameter, Initialiser, Requirement, Space, TensorType } from '../graph/graph.ts';
import { isRagged, relocated, sameSpace, sizeOf, spaceKey } from '../graph/spaces.ts';
import { remedyFor } from './remedies.ts';
import type { Reach } from './across.ts';
import type { LoadedModule } from './modules.ts';
import { Nexts } from './nexts.ts';
import type { Size } from './size.ts';
import { equalSizes } from './size.ts';

// ---------------------------------------------------------------- values

/** What an expression is worth. */
export type Value =
  | { readonly kind: 'tensor'; readonly node: Node }
  | MapValue
  | RecordValue
  /** `let f = GRU[hidden]`. */
  | Instance
  /** Something was wrong and has been reported: silent wherever it goes. */
  | { readonly kind: 'error' };

/** `[out <- in]`: the node holds outs ++ ins; the in-axes' ids end in `~in`. */
export interface MapValue {
  readonly kind: 'map';
  readonly node: Node;
  readonly outs: readonly Axis[];
  readonly ins: readonly Axis[];
}

/** Fields in declared order. `main` is what the record is worth where a tensor is wanted (a call with taps). */
export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Value>;
  readonly main: Value | null;
}

export interface Instance {
  readonly kind: 'instance';
  readonly entry: DeclarationEntry;
  readonly statics: readonly StaticArgument[];
  readonly path: string;
}

/** A bracket argument of a call, evaluated where the call stands. */
export interface StaticArgument {
  readonly name: string;
  readonly span: Span;
  readonly value:
    | { readonly kind: 'axis'; readonly axis: Axis }
    | { readonly kind: 'size'; readonly space: Space }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'choice'; readonly text: string };
}

export const ERROR: Value = { kind: 'error' };

/** Has this name been reported already? */
export function isError(entry: Entry | null): boolean {
  return entry?.kind === 'value' && entry.value.kind === 'error';
}

export const tensor = (node: Node): Value => ({ kind: 'tensor', node });

// ---------------------------------------------------------------- names

export interface DeclarationEntry {
  readonly kind: 'declaration';
  readonly declaration: Declaration;
  readonly module: LoadedModule;
}

export type Entry =
  | DeclarationEntry
  /** A dim, or a formal bound to a space. `value`: known while compiling. */
  | { readonly kind: 'dim'; readonly space: Space; readonly span: Span | null; readonly file: string }
  /** A formal `c..`: the axes it stands for, with this frame's ids. */
  | { readonly kind: 'group'; readonly axes: readonly Axis[] }
  | { readonly kind: 'option'; readonly value: string | number; readonly choices: readonly string[] | null }
  | { readonly kind: 'value'; readonly value: Value; readonly span: Span | null };

/** Names from inside out; a primed name is stored as `h'`. */
export class Scope {
  private readonly entries = new Map<string, Entry>();
  /** What the bodies inside define, and what these bodies are: for a better error. */
  readonly hidden = new Map<string, 'repeat' | 'scan'>();
  readonly parent: Scope | null;
  /** The axis label of the scan whose body this is. */
  private readonly scan: string | null;
  /** One round of a `repeat`: names from outside may be defined anew, and are carried to the next round. */
  readonly round: boolean;
  /** Names of this body that stand outside the steps: parameters of a round inside a scan. */
  private readonly constants: Scope | null;

  constructor(parent: Scope | null, of: { readonly scan?: string; readonly round?: boolean; readonly constants?: Scope | null } = {}) {
    this.parent = parent;
    this.scan = of.scan ?? null;
    this.round = of.round ?? false;
    this.constants = of.constants ?? null;
  }

  /** Is `name` a value from outside the round that this is? */
  carries(name: string): boolean {
    return this.round && this.parent?.lookup(name)?.kind === 'value';
  }

  /** Labels of the scans between here and the definition of `name`. */
  crossed(name: string): string[] {
    if (this.entries.has(name) || this.constants?.own(name) != null || this.parent === null) return [];
    return [...(this.scan === null ? [] : [this.scan]), ...this.parent.crossed(name)];
  }

  lookup(name: string): Entry | null {
    return this.entries.get(name) ?? this.constants?.own(name) ?? this.parent?.lookup(name) ?? null;
  }

  hiddenIn(name: string): 'repeat' | 'scan' | null {
    return this.hidden.get(name) ?? this.parent?.hiddenIn(name) ?? null;
  }

  own(name: string): Entry | null {
    return this.entries.get(name) ?? null;
  }

  /** The values that are defined here, by name. */
  values(): ReadonlyMap<string, Value> {
    return new Map([...this.entries].flatMap(([name, entry]) => (entry.kind === 'value' ? [[name, entry.value]] : [])));
  }

  define(name: string, entry: Entry): void {
    this.entries.set(name, entry);
  }

  /** The names that are defined here, with others around. */
  under(parent: Scope): Scope {
    const made = new Scope(parent);
    for (const [name, entry] of this.entries) made.define(name, entry);
    return made;
  }

  names(): Set<string> {
    const all = this.parent?.names() ?? new Set<string>();
    for (const name of this.entries.keys()) all.add(name);
    return all;
  }
}

/**
 * One body's own axes. Where a dim is `ragged in` another, it belongs to one axis of that one in each body: to one of the
 * body's own, or to an axis of a caller, at one place of which the body stands.
 *
 * Inside a frame an axis is known by its label; its id tells the frames apart (hygiene). */
class Frame {
  private readonly byLabel = new Map<string, Axis[]>();
  /** By the id of an inner dim. */
  private readonly parents = new Map<string, Axis>();
  /** Ids of axes of callers, at one place of which the body stands. */
  private readonly around = new Set<string>();
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** The axis of that label and space; a label that stands for two spaces in one body gets two ids. */
  axis(label: string, given: Space): Axis {
    const space = relocated(given, (dim) => this.parent(dim));
    const known = this.byLabel.get(label) ?? [];
    const found = known.find((axis) => axisKey(axis.space) === axisKey(space));
    // One size is one id; whose places they are (the space) is each value's own.
    if (found !== undefined) return sameSpace(found.space, space) ? found : { ...found, space };
    const suffix = known.length === 0 ? '' : `~${known.length + 1}`;
    const axis: Axis = { id: `${this.id}${label}${suffix}`, label, space };
    this.byLabel.set(label, [...known, axis]);
    return axis;
  }

  /** The axis each of whose places has a length of the inner dim. */
  parent(dim: Dim): Axis {
    return this.parents.get(dim.id) ?? this.axis(dim.inside!.label, dimSpace(dim.inside!));
  }

  /** False where the dim belongs to another axis already. */
  belongs(dim: Dim, axis: Axis, outside: boolean): boolean {
    const known = this.parents.get(dim.id);
    if (known !== undefined && known.id !== axis.id) return false;
    this.parents.set(dim.id, axis);
    if (outside) this.around.add(axis.id);
    return true;
  }

  /** Does the body stand at one place of that axis? */
  standsIn(axis: Axis): boolean {
    return this.around.has(axis.id);
  }

  /** The space of an axis that some value of this body has. */
  space(label: string): Space | null {
    return this.byLabel.get(label)?.at(-1)?.space ?? null;
  }
}

function axisKey(space: Space): string {
  return isRagged(space) ? `ragged ${spaceKey(space)}` : sizeOf(space).key;
}

// ---------------------------------------------------------------- shared state of one elaboration

/** An attention's weights, found while a body is elaborated. */
export interface Tap {
  readonly name: string;
  readonly node: Node;
}

/** An argument of a call. `node`: null where the parameter's default stands. `sides`: of a map. */
export interface Given {
  readonly param: Param;
  readonly node: Node | null;
  readonly sides?: Pick<MapValue, 'outs' | 'ins'>;
  readonly span: Span;
}

export interface CallSite {
  readonly name: string;
  readonly place: Place;
}

/** Of a `per` around: the axis that parameters have in front, and the place on it that this instance is. */
export interface OwnPlace {
  readonly axis: Axis;
  readonly place: Node;
}

/** Under which value of an option a fault shows. */
export interface Found {
  readonly place: Place;
  readonly message: string;
}

interface ContextOptions {
  readonly builder: Builder;
  readonly problems: Problems;
  readonly overrides: ReadonlyMap<string, string | number>;
  readonly defaults: ReadonlyMap<string, number>;
  readonly training: boolean;
  readonly fixed: ReadonlySet<string>;
  readonly found: Found | null;
  readonly tooLarge: Set<object>;
}

/** A declaration is made of more calls and rounds than code is made for: its elaboration ends. */
export class TooLarge extends Error {
  /** Null where it was said before, of what is called. */
  readonly problem: Pick<Diagnostic, 'place' | 'message' | 'why' | 'fix'> | null;

  constructor(problem: TooLarge['problem']) {
    super(problem?.message ?? 'what is called is too large');
    this.problem = problem;
  }
}

/** Each has a piece of code of its own. */
const MOST_BODIES = 8192;
/** Of expressions, those of bodies that are called included: they are gone through by recursion. */
const MOST_DEPTH = 320;

export class Context {
  readonly builder: Builder;
  readonly problems: Problems;
  /** Options set from outside (`--set score=dot`), by name. */
  readonly overrides: ReadonlyMap<string, string | number>;
  /** Is `training` true in this elaboration? */
  readonly training: boolean;
  /** Set where this elaboration checks a value of an option that is not the chosen one. */
  readonly found: Found | null;
  /** Declarations that opened too much, in any elaboration. */
  readonly tooLarge: Set<object>;
  /** How many bodies of calls and rounds this elaboration opened. */
  private bodies = 0;
  private depth = 0;
  readonly parameters = new Map<string, Parameter>();
  /** Running values, which are kept as parameters are. */
  readonly running = new Map<string, Parameter>();
  /** What they are after the evaluations so far of this update. */
  nexts = new Nexts();
  readonly parameterNodes = new Map<string, Node>();
  /** Of those that the standard library declares: the user's call that they come from. */
  readonly parameterCalls = new Map<string, Place>();
  readonly requirements: Requirement[] = [];
  readonly facts: { left: Size; right: Size }[] = [];
  /** What `ragged <= places` and `require a <= b` declare: positions on `part` are positions on `whole`. */
  readonly parts: { part: Space; whole: Space }[] = [];
  /** Atoms that every example has its own value of. */
  readonly ragged = new Set<string>();
  /** Those of them that may be 0. */
  readonly emptied = new Set<string>();
  /** Those of them that every place of another dim has its own value of. */
  readonly inner = new Map<string, Dim>();
  /** Atoms that every call has its own value of (`= input`). */
  readonly ofCall = new Set<string>();
  /** Dims whose size a `repeat` has asked for: fixed when compiled. */
  readonly fixedDims = new Set<string>();
  /** Those that an earlier attempt has found: numbers from the start. */
  readonly fixed: ReadonlySet<string>;
  /** Ids of the formals of the block that is checked by itself: no call has given them a size. */
  readonly formals = new Set<string>();
  readonly defaults: ReadonlyMap<string, number>;
  /** Values whose axis order means nothing, with the expression that joined axes of several: they may not bind by position. */
  readonly unordered = new WeakMap<Node, Origin>();
  /** By the place of a step of a scan or decoder: what `past` ranges over there. */
  readonly tapes = new Map<Node, Dim>();
  /** By the argument of a state: the place of the steps that change it. */
  readonly stateLoops = new Map<Node, Node>();
  /** How many random draws were made so far, and how many by each name. */
  draws = 0;
  /** How many reductions go across examples. */
  across = 0;
  /** How many parameters were read at a place of a `per`. */
  owned = 0;
  private readonly sites = new Map<string, number>();
  private frames = 0;

  constructor(options: ContextOptions) {
    this.builder = options.builder;
    this.problems = options.problems;
    this.overrides = options.overrides;
    this.defaults = options.defaults;
    this.training = options.training;
    this.fixed = options.fixed;
    this.found = options.found;
    this.tooLarge = options.tooLarge;
  }

  /** A body is opened: of a call, or of a round. */
  open(span: Span, here: Here): void {
    if (++this.bodies <= MOST_BODIES) return;
    throw new TooLarge({ place: outermost(span, here), message: `this opens more than ${MOST_BODIES} bodies of calls and rounds`, why: 'code is made for each of them', fix: 'call once and read the value again, or use `scan`' });
  }

  /** Runs what an expression is made of. */
  inside<T>(span: Span, here: Here, run: () => T): T {
    if (++this.depth > MOST_DEPTH) {
      throw new TooLarge({ place: outermost(span, here), message: `calls and expressions stand in one another more than ${MOST_DEPTH} deep here`, why: 'calls are unfolded, each in the one around it', fix: 'give a value a name and call with that, or use `repeat` or `scan`' });
    }
    try {
      return run();
    } finally {
      this.depth--;
    }
  }

  /** One like it, with nothing elaborated, that reports elsewhere. */
  reporting(problems: Problems): Context {
    return new Context({ ...this, problems });
  }

  /** A name for one draw: another one at each use of an instance. */
  site(name: string): string {
    const count = this.sites.get(name) ?? 0;
    this.sites.set(name, count + 1);
    this.draws += 1;
    return `${name}#${count}`;
  }

  frame(label: string): Frame {
    return new Frame(`${label}${this.frames++}.`);
  }
}

/** Where elaboration stands. Derived with `{ ...here, … }`; nothing in it is replaced in place. */
export interface Here {
  readonly ctx: Context;
  readonly module: LoadedModule;
  readonly scope: Scope;
  readonly frame: Frame;
  /** Instance path of the block: the prefix of its parameters' names. */
  readonly path: string;
  /** Name of the equation being elaborated, for paths and emitted names. */
  readonly target: string | null;
  /** How often each path segment was used in this body. */
  readonly ordinals: Map<string, number>;
  /** Positions of the scans around, outermost first. */
  readonly loops: readonly Node[];
  /** Of the `per` around, outermost first. */
  readonly own: readonly OwnPlace[];
  /** This step's place in the scans around in this frame, by axis label. */
  readonly steps: ReadonlyMap<string, Node>;
  /** The scope around each module's declarations, by path. */
  readonly scopes: ReadonlyMap<string, Scope>;
  /** In a model's body: what a decoder's call does. */
  readonly decode: ((entry: DeclarationEntry, args: readonly Given[], span: Span, here: Here) => Value) | null;
  /** The decoder around in this frame: its position, what it generates, and, of a recurrent one, this step's choice. */
  readonly decoding: { readonly axis: Axis; readonly position: Node; readonly output: string; readonly chosen: Node | null } | null;
  /** Where `batch` and `lifted` may stand in this body. */
  readonly reach: Reach;
  /** Inside a clock: of a decoder over its whole axis, or of a causal model. */
  readonly clocked: boolean;
  /** Inside the equation of a state's next value. */
  readonly next: boolean;
  /** Left of an `else`: what is absent here is filled. */
  readonly filled: boolean;
  /** What the body has by each name, above or below: for a better error. */
  readonly later: ReadonlyMap<string, Later>;
  /** Options given in the brackets of the call. */
  readonly given: ReadonlyMap<string, string | number>;
  /** In the body of a scan or of a decoder: where states are declared, and the scope outside its steps. A `repeat` in it adds its own. */
  readonly stepping: { readonly states: StateSink; readonly constants: Scope } | null;
  /** Weights of the attentions called in this body. */
  readonly taps: Tap[];
  /** Weights that the rounds of a `repeat` in this body name, stacked. */
  readonly alignments: Map<string, Node>;
  readonly calls: readonly CallSite[];
  /** Initialiser for parameters that name none; null: what is usual for them. */
  readonly init: Initialiser | null;
  /** `init all …`: also for those that do. */
  readonly initAll: boolean;
}

/** The states of a body and their next values. */
export interface StateSink {
  readonly states: StateDeclaration[];
  readonly nexts: Map<string, { node: Node; span: Span }>;
}

export interface StateDeclaration {
  readonly name: string;
  readonly span: Span;
  readonly type: TensorType;
  readonly argument: Node;
  readonly init: Node;
}

// ---------------------------------------------------------------- reporting

export function placeOf(here: Here, span: Span): Place {
  return { file: here.module.path, start: span.start, end: span.end };
}

/** The call that leads to a place, as the declaration that is elaborated has it. */
function outermost(span: Span, here: Here): Place {
  return here.calls[0]?.place ?? placeOf(here, span);
}

export function report(
  here: Here,
  code: Code,
  span: Span,
  message: string,
  more: Partial<Pick<Diagnostic, 'expected' | 'given' | 'why' | 'fix' | 'related' | 'severity'>> = {},
): Value {
  const calls = here.calls.map((call) => ({ place: call.place, message: `in this call of \`${call.name}\`` }));
  here.ctx.problems.report({
    severity: 'error',
    ...remedyFor(code, more),
    ...more,
    code,
    place: placeOf(here, span),
    message,
    related: [...(more.related ?? []), ...calls.reverse().slice(0, 3), ...(here.ctx.found === null ? [] : [here.ctx.found])],
  });
  return ERROR;
}

/** An equation's name, a dim, or an axis that `made` makes with `as`. */
export type Later = { readonly kind: 'value' | 'dim' } | { readonly kind: 'axis'; readonly made: Span };

/** A path of its own for each instance of a body: `base`, `base#2`, … */
export function uniquePath(base: string, here: Here): string {
  const count = (here.ordinals.get(base) ?? 0) + 1;
  here.ordinals.set(base, count);
  return count === 1 ? base : `${base}#${count}`;
}

export function origin(here: Here, span: Span, name: string | null = null): Origin {
  return { file: here.module.path, start: span.start, end: span.end, name };
}

// ---------------------------------------------------------------- types and sizes

export function typeOf(node: Node): TensorType {
  return node.types[0]!;
}

export function dimSpace(dim: Dim): Space {
  return { kind: 'dim', dim };
}

/** Do two axes agree in size? Two ragged dims never do: each has a length of its own in every example. */
export function agree(here: Here, a: Space, b: Space): 'equal' | 'different' | 'unknown' {
  const raggedA = isRagged(a);
  if (raggedA !== isRagged(b)) return 'different';
  if (raggedA && sameSpace(a, b)) return 'equal';
  return equalSizes(sizeOf(a), sizeOf(b), here.ctx.facts);
}

export function axisByLabel(node: Node, label: string): Axis | null {
  return typeOf(node).axes.find((axis) => axis.label === label) ?? null;
}

/** What a dim of this space is called here: in a block by the formal that stands for it. */
export function nameOfSpace(space: Space, here: Here): string | null {
  for (const name of here.scope.names()) {
    const entry = here.scope.lookup(name);
    if (entry?.kind === 'dim' && entry.span === null && sameSpace(entry.space, space)) return name;
  }
  if (space.kind === 'dim') return space.dim.label;
  for (const name of here.scope.names()) {
    const entry = here.scope.lookup(name);
    if (entry?.kind === 'dim' && sameSpace(entry.space, space)) return name;
  }
  return null;
}

export function dimNames(here: Here): string[] {
  return [...here.scope.names()].filter((name) => here.scope.lookup(name)?.kind === 'dim');
}

export function labels(node: Node): string[] {
  return typeOf(node).axes.map((axis) => axis.label);
}
