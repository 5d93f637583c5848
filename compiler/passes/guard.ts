/**
 * In the 'inlined' graph of a gradient: what an `if` does not take must not reach the gradient as 0 * inf. Where the
 * condition excludes an element, the operands of `/`, `log`, `sqrt`, `^`, `exp` in the branch hold a harmless value instead
 * (the double `where`). The branch is followed through elementwise operations only: behind a reduction the condition's axes
 * are not the operand's.
 */
import type { BinaryFn, Node, Op, UnaryFn } from '../graph/graph.ts';
import { folded } from '../graph/fold.ts';
import { typeOf } from '../graph/infer.ts';
import { isPositive } from './absence.ts';
import type { Roots } from './compiled.ts';
import { Maker } from './maker.ts';
import { made, type Making, type Need, type Site } from './making.ts';
import { analyse, mapRoots, Rebuild, type Facts } from './rebuild.ts';

/** The operand to be held, and the value that is in the domain. */
const UNARY: Partial<Record<UnaryFn, number>> = { log: 1, sqrt: 1, exp: 0 };
const BINARY: Partial<Record<BinaryFn, 0 | 1>> = { pow: 0, div: 1, mod: 1 };

const FOLLOWED: ReadonlySet<Op['kind']> = new Set(['unary', 'binary', 'select', 'broadcast']);

export function guard(roots: Roots): Roots {
  const pass = new Guard(new Maker(), analyse(roots.values()), roots);
  return mapRoots(roots, (node) => pass.get(node));
}

class Guard extends Rebuild {
  readonly #users = new Map<Node, number>();
  /** Whether an operation to be held is reached through elementwise ones. */
  readonly #isUnsafe = folded<Node, boolean>((node) => (FOLLOWED.has(node.op.kind) && !needsHolding(node) ? node.inputs : []),
    (node, of) => FOLLOWED.has(node.op.kind) && (needsHolding(node) || node.inputs.some(of)));

  constructor(m: Maker, facts: Facts, roots: Roots) {
    super(m, facts);
    const use = (node: Node): unknown => this.#users.set(node, (this.#users.get(node) ?? 0) + 1);
    for (const node of roots.values()) use(node);
    for (const node of facts.nodes) {
      node.inputs.forEach(use);
      if (node.op.kind === 'scan') [...node.op.region.nexts, ...node.op.region.emits].forEach(use);
    }
  }

  override *visit(node: Node): Making<Node> {
    return node.op.kind === 'select' ? yield* this.#choice(node, null) : yield* super.visit(node);
  }

  /** `outer`: under what this choice is read at all; null: always. */
  *#choice(node: Node, outer: Node | null): Making<Node> {
    const { m } = this;
    const [condition, then, otherwise] = node.inputs;
    const held = yield* this.one(condition);
    m.origin = node.origin;
    const under = (each: Node): Node => (outer === null ? each : m.binary('and', outer, each));
    const branch = (from: Node, holds: () => Node): Need => (this.#isUnsafe(from) ? new Branch(this, under(holds())).need(from, true) : this.need(from));
    const [a] = yield* made([branch(then, () => held)]);
    const [b] = yield* made([branch(otherwise, () => m.unary('not', held))]);
    m.origin = node.origin;
    return m.make(node.op, [held, a, b]);
  }

  /** A node of a branch. `alone`: nothing outside of the branch reads it, so that there is one condition to it. */
  *held(node: Node, branch: Branch, alone: boolean): Making<Node> {
    const { m } = this;
    const { op, inputs } = node;
    if (!this.#isUnsafe(node)) return yield* this.one(node);
    if (op.kind === 'select') return alone ? yield* this.#choice(node, branch.condition) : yield* this.one(node);
    const operands = [...(yield* made(inputs.map((each) => branch.need(each, alone))))];
    const at = op.kind === 'unary' && UNARY[op.fn] !== undefined ? 0 : op.kind === 'binary' ? BINARY[op.fn] : undefined;
    m.origin = node.origin;
    if (at !== undefined && needsHolding(node)) {
      const harmless = op.kind === 'unary' ? (UNARY[op.fn] ?? 1) : 1;
      operands[at] = m.select(branch.condition, operands[at], m.constant(harmless, typeOf(operands[at]).elem.kind === 'float' ? 'float' : 'int'));
    }
    return this.operation(node, operands);
  }

  isAlone(node: Node): boolean {
    return this.#users.get(node) === 1;
  }
}

/** The nodes of one branch, each made once. */
class Branch implements Site {
  readonly condition: Node;
  readonly #guard: Guard;
  readonly #made = new Map<Node, Node>();
  readonly #alone = new Map<Node, boolean>();

  constructor(owner: Guard, condition: Node) {
    this.#guard = owner;
    this.condition = condition;
  }

  /** `alone`: nothing outside of the branch reads what reads it. */
  need(node: Node, alone: boolean): Need {
    if (!this.#alone.has(node)) this.#alone.set(node, alone && this.#guard.isAlone(node));
    return { by: this, node };
  }

  has(node: Node): boolean {
    return this.#made.has(node);
  }

  value(node: Node): Node {
    return this.#made.get(node)!;
  }

  set(node: Node, made: Node): void {
    this.#made.set(node, made);
  }

  visit(node: Node): Making<Node> {
    return this.#guard.held(node, this, this.#alone.get(node) === true);
  }
}

function needsHolding({ op, inputs, types: [type] }: Node): boolean {
  if (type.elem.kind !== 'float') return false;
  if (op.kind === 'unary') return op.fn in UNARY && inputs[0].op.kind !== 'constant' && (op.fn === 'exp' || !isPositive(inputs[0]));
  if (op.kind !== 'binary') return false;
  if (op.fn === 'div' || op.fn === 'mod') return inputs[1].op.kind !== 'constant' && !isPositive(inputs[1]);
  const [base, { op: power }] = inputs;
  const whole = power.kind === 'constant' && power.value >= 1 && Number.isInteger(power.value);
  return op.fn === 'pow' && !whole && !isPositive(base);
}
