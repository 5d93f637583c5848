/** The state that one elaboration shares, and where it stands. */
import type { Body, Expr, Span } from '../../../grammar/ast.ts';
import type { Diagnostic, Place, Problems } from '../../diagnostics/diagnostic.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Axis, CallFrame, Dim, Initialiser, Node, Origin, Parameter, Requirement, Space } from '../../graph/graph.ts';
import { Dependence } from '../../graph/walk.ts';
import type { Size } from '../../size/size.ts';
import type { LoadedModule } from '../modules/modules.ts';
import type { BodyKind, Collected, Steps } from './collected.ts';
import { Frame } from './frame.ts';
import { RunningValues } from './running-values.ts';
import type { Scope } from './scope.ts';
import type { DeclarationEntry, Given, Later, StateSink, Value } from './values.ts';

/** How the elaboration of one construct calls that of others, which may contain it again. */
export interface Elaborate {
  readonly expression: (expr: Expr, here: Site) => Value;
  /** `tail`: is the body's last value the value of the whole? */
  readonly body: (body: Body, here: Site, kind: BodyKind, found: Collected, tail?: boolean) => void;
}

/** The weights of an attention, found while a body is elaborated. */
export interface Tap {
  readonly name: string;
  readonly node: Node;
}

export interface CallSite {
  readonly name: string;
  readonly place: Place;
}

/**
 * What an enclosing `per` or `repeat` contributes: the axis in front of parameters, and the position of this instance or round
 * along it.
 */
export interface OwnPosition {
  readonly axis: Axis;
  readonly place: Node;
  /** For a `repeat`: the path prefix of what belongs to its rounds. Declarations outside are shared by all of them. */
  readonly round?: string;
}

/** The value of an option under which an error shows. */
export interface VariantNote {
  readonly place: Place;
  readonly message: string;
}

/** Sees the value of each expression of a declaration while that is elaborated by itself: what an editor shows. */
export type Observe = (expr: Expr, value: Value, here: Site) => void;

interface ContextOptions {
  readonly elaborate: Elaborate;
  readonly builder: Builder;
  readonly problems: Problems;
  readonly overrides: ReadonlyMap<string, string | number>;
  readonly defaults: ReadonlyMap<string, number>;
  readonly training: boolean;
  readonly fixed: ReadonlySet<string>;
  readonly unrolled: Map<string, Unrolled>;
  readonly found: VariantNote | null;
  readonly tooLarge: Set<object>;
  readonly observe: Observe | null;
}

/** Why and where a `repeat` is unrolled. */
export interface Unrolled {
  readonly reason: string;
  /** Was its loop elaborated before, in an attempt that was dropped? */
  readonly tried: boolean;
}

/** A declaration has more calls and rounds than code is generated for: its elaboration ends. */
export class TooLarge extends Error {
  /** Null where it was already reported, for a callee. */
  readonly problem: Pick<Diagnostic, 'place' | 'message' | 'why' | 'fix'> | null;

  constructor(problem: TooLarge['problem']) {
    super(problem?.message ?? 'what is called is too large');
    this.problem = problem;
  }
}

/** The rounds of a `repeat` differ in type, and are unrolled. The message says why. */
export class NotOneType extends Error {
  override readonly name = 'NotOneType';
}

/** Each body has a piece of code of its own. */
const MOST_BODIES = 8192;
/** Nesting of expressions, called bodies included: elaboration recurses. */
const MOST_DEPTH = 320;

export class Context {
  readonly elaborate: Elaborate;
  readonly builder: Builder;
  readonly problems: Problems;
  /** Options set from outside (`--set score=dot`), by name. */
  readonly overrides: ReadonlyMap<string, string | number>;
  /** Is `training` true in this elaboration? */
  readonly training: boolean;
  /** Set while checking a value of an option other than the chosen one. */
  readonly found: VariantNote | null;
  /** Declarations that opened too many bodies, in any elaboration. */
  readonly tooLarge: Set<object>;
  readonly observe: Observe | null;
  /** The number of bodies of calls and rounds that this elaboration has opened. */
  private bodies = 0;
  private depth = 0;
  readonly parameters = new Map<string, Parameter>();
  /** Running values, which are kept like parameters. */
  readonly running = new Map<string, Parameter>();
  /** Their values after the evaluations so far of this update. */
  runningValues = new RunningValues();
  readonly parameterNodes = new Map<string, Node>();
  /** Which arguments a value depends on: each call asks it of all running values. */
  readonly dependence = new Dependence();
  /** For parameters that the standard library declares: the user's call that brings them in. */
  readonly parameterCalls = new Map<string, Place>();
  readonly requirements: Requirement[] = [];
  readonly facts: { left: Size; right: Size }[] = [];
  /** What `ragged <= places` and `require a <= b` declare: positions on `part` are positions on `whole`. */
  readonly parts: { part: Space; whole: Space }[] = [];
  /** Atoms with a value for each example. */
  readonly ragged = new Set<string>();
  /** The ragged atoms that may be 0. */
  readonly emptied = new Set<string>();
  /** The ragged atoms with a value for each position of another dim. */
  readonly inner = new Map<string, Dim>();
  /** Atoms with a value for each call (`= input`). */
  readonly ofCall = new Set<string>();
  /** Dims whose size a `repeat` has asked for: fixed at compile time. */
  readonly fixedDims = new Set<string>();
  /** Dims that an earlier attempt found to be fixed: numbers from the start. */
  readonly fixed: ReadonlySet<string>;
  /** By path, the `repeat`s whose rounds differ in type: an attempt that finds one is dropped, and the next one unrolls it. */
  readonly unrolled: Map<string, Unrolled>;
  /** Ids of the formals of a block that is checked by itself: no call has given them a size. */
  readonly formals = new Set<string>();
  readonly defaults: ReadonlyMap<string, number>;
  /** Values whose axis order is meaningless, with the expression that joined the axes of several: they may not bind by position. */
  readonly unordered = new WeakMap<Node, Origin>();
  /** By the position of a scan's or a decoder's step: the dim that `past` ranges over there. */
  readonly tapes = new Map<Node, Dim>();
  /** By the argument of a state: the position of the steps that change it. */
  readonly stateLoops = new Map<Node, Node>();
  /** The number of random draws so far, in total and by name. */
  draws = 0;
  /** The number of reductions across examples. */
  across = 0;
  /** The number of parameters read at a position of a `per`. */
  owned = 0;
  private readonly sites = new Map<string, number>();
  private frames = 0;

  constructor(options: ContextOptions) {
    this.elaborate = options.elaborate;
    this.builder = options.builder;
    this.problems = options.problems;
    this.overrides = options.overrides;
    this.defaults = options.defaults;
    this.training = options.training;
    this.fixed = options.fixed;
    this.unrolled = options.unrolled;
    this.found = options.found;
    this.tooLarge = options.tooLarge;
    this.observe = options.observe;
  }

  /** Counts a body, of a call or of a round. */
  open(span: Span, here: Site): void {
    if (++this.bodies <= MOST_BODIES) return;
    throw new TooLarge({
      place: outermost(span, here),
      message: `this opens more than ${MOST_BODIES} bodies of calls and rounds`,
      why: 'code is made for each of them',
      fix: 'call once and read the value again, or use `scan`',
    });
  }

  /** Runs the elaboration of an expression's parts, one level deeper. */
  inside<T>(span: Span, here: Site, run: () => T): T {
    if (++this.depth > MOST_DEPTH) {
      throw new TooLarge({
        place: outermost(span, here),
        message: `calls and expressions stand in one another more than ${MOST_DEPTH} deep here`,
        why: 'calls are unfolded, each in the one around it',
        fix: 'give a value a name and call with that, or use `repeat` or `scan`',
      });
    }
    try {
      return run();
    } finally {
      this.depth--;
    }
  }

  /** A context like this one, with nothing elaborated, that reports elsewhere. */
  reporting(problems: Problems): Context {
    return new Context({ ...this, problems });
  }

  /** A name for one draw: a new one at each use of an instance. */
  site(name: string): string {
    const count = this.sites.get(name) ?? 0;
    this.sites.set(name, count + 1);
    this.draws += 1;
    return `${name}#${count}`;
  }

  /** Runs an elaboration that may have to be repeated or dropped (`NotOneType`): `again` resets the count of its draws. */
  attempt<T>(run: (again: () => void) => T): T {
    const sites = new Map(this.sites);
    const { runningValues } = this;
    const again = (): void => {
      this.sites.clear();
      for (const [name, count] of sites) this.sites.set(name, count);
    };
    try {
      return run(again);
    } catch (error) {
      again();
      this.runningValues = runningValues;
      throw error;
    }
  }

  frame(label: string): Frame {
    return new Frame(`${label}${this.frames++}.`);
  }
}

/** Where `batch` and `lifted` may stand; null: nowhere. */
export type AcrossExamples = 'objective' | 'running' | null;

/** The site of an elaboration. Sites are derived with `{ ...here, … }`; their fields are never replaced in place. */
export interface Site {
  readonly ctx: Context;
  readonly module: LoadedModule;
  readonly scope: Scope;
  readonly frame: Frame;
  /** Instance path of the block: the prefix of its parameters' names. */
  readonly path: string;
  /** Name of the equation being elaborated, for paths and emitted names. */
  readonly target: string | null;
  /** How often each path segment has been used in this body. */
  readonly ordinals: Map<string, number>;
  /** Positions of the enclosing scans, outermost first. */
  readonly loops: readonly Node[];
  /** One for each enclosing `per` or loop over rounds, outermost first. */
  readonly own: readonly OwnPosition[];
  /** This step's position in the enclosing scans of this frame, by axis label. */
  readonly steps: ReadonlyMap<string, Node>;
  /** The scope around each module's declarations, by path. */
  readonly scopes: ReadonlyMap<string, Scope>;
  /** In a model's body: how to elaborate a decoder's call. */
  readonly decode: ((entry: DeclarationEntry, args: readonly Given[], span: Span, here: Site) => Value) | null;
  /** The enclosing decoder in this frame: its position, what it generates, and, if it is recurrent, this step's choice. */
  readonly decoding: { readonly axis: Axis; readonly position: Node; readonly output: string; readonly chosen: Node | null } | null;
  /** Where `batch` and `lifted` may stand in this body. */
  readonly reach: AcrossExamples;
  /** Inside a clock: that of a decoder over its whole axis, or of a causal model? */
  readonly clocked: boolean;
  /** Inside the equation of a state's next value? */
  readonly next: boolean;
  /** In the left operand of an `else`, which fills what is absent here? */
  readonly filled: boolean;
  /** The body's names, both above and below: for better errors. */
  readonly later: ReadonlyMap<string, Later>;
  /** Options given in the brackets of the call. */
  readonly given: ReadonlyMap<string, string | number>;
  /**
   * In the body of a scan or of a decoder: where states are declared, and its steps. A `repeat` inside has its own scope outside
   * the steps.
   */
  readonly stepping: (Steps & { readonly states: StateSink }) | null;
  /** Weights of the attentions that are called in this body. */
  readonly taps: Tap[];
  /** Weights that the rounds of a `repeat` in this body name, stacked. */
  readonly alignments: Map<string, Node>;
  readonly calls: readonly CallSite[];
  /** The call whose body this is, for the emitted text; null: not in a declaration. */
  readonly called: CallFrame | null;
  /** Initialiser for parameters that name none; null: the usual one. */
  readonly init: Initialiser | null;
  /** `init all …`: also for parameters that name one. */
  readonly initAll: boolean;
}

export function placeOf(here: Site, span: Span): Place {
  return { file: here.module.path, start: span.start, end: span.end };
}

/** The call that leads to a position, as seen from the declaration that is being elaborated. */
function outermost(span: Span, here: Site): Place {
  return here.calls[0]?.place ?? placeOf(here, span);
}
