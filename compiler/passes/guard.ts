/**
 * In the 'inlined' graph of a gradient: what an `if` does not take must not reach the gradient as 0 * inf. Where the
 * condition excludes an element, the operands of `/`, `log`, `sqrt`, `^`, `exp` in the branch hold a harmless value instead
 * (the double `where`). The branch is followed through elementwise operations only: behind a reduction the condition's axes
 * are not the operand's.
 */
import type { BinaryFn, Node, UnaryFn } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { isPositive } from './absence.ts';
import type { Roots } from './compiled.ts';
import { Maker } from './maker.ts';
import { analyse, mapRoots, Rebuild, type Facts } from './rebuild.ts';

/** The operand to be held, and the value that is in the domain. */
const UNARY: Partial<Record<UnaryFn, number>> = { log: 1, sqrt: 1, exp: 0 };
const BINARY: Partial<Record<BinaryFn, 0 | 1>> = { pow: 0, div: 1, mod: 1 };

export function guard(roots: Roots): Roots {
  const pass = new Guard(new Maker(), analyse(roots.values()), roots);
  return mapRoots(roots, (node) => pass.get(node));
}

class Guard extends Rebuild {
  readonly #users = new Map<Node, number>();
  readonly #unsafe = new Map<Node, boolean>();

  constructor(m: Maker, facts: Facts, roots: Roots) {
    super(m, facts);
    const use = (node: Node): unknown => this.#users.set(node, (this.#users.get(node) ?? 0) + 1);
    for (const node of roots.values()) use(node);
    for (const node of facts.nodes) {
      node.inputs.forEach(use);
      if (node.op.kind === 'scan') [...node.op.region.nexts, ...node.op.region.emits].forEach(use);
    }
  }

  protected override visit(node: Node): Node {
    return node.op.kind === 'select' ? this.#choice(node, null) : super.visit(node);
  }

  /** `outer`: under what this choice is read at all; null: always. */
  #choice(node: Node, outer: Node | null): Node {
    const { m } = this;
    const [condition, then, otherwise] = node.inputs;
    const made = this.get(condition);
    m.origin = node.origin;
    const under = (each: Node): Node => (outer === null ? each : m.binary('and', outer, each));
    const branch = (from: Node, holds: () => Node): Node => (this.#isUnsafe(from) ? new Branch(this, under(holds())).get(from, true) : this.get(from));
    const [a, b] = [branch(then, () => made), branch(otherwise, () => m.unary('not', made))];
    m.origin = node.origin;
    return m.make(node.op, [made, a, b]);
  }

  /** A node of a branch. `alone`: nothing outside of the branch reads it, so that there is one condition to it. */
  held(node: Node, branch: Branch, alone: boolean): Node {
    const { m } = this;
    const { op, inputs } = node;
    if (!this.#isUnsafe(node)) return this.get(node);
    if (op.kind === 'select') return alone ? this.#choice(node, branch.condition) : this.get(node);
    const made = inputs.map((each) => branch.get(each, alone));
    const at = op.kind === 'unary' && UNARY[op.fn] !== undefined ? 0 : op.kind === 'binary' ? BINARY[op.fn] : undefined;
    m.origin = node.origin;
    if (at !== undefined && needsHolding(node)) {
      const harmless = op.kind === 'unary' ? (UNARY[op.fn] ?? 1) : 1;
      made[at] = m.select(branch.condition, made[at], m.constant(harmless, typeOf(made[at]).elem.kind === 'float' ? 'float' : 'int'));
    }
    return this.operation(node, made);
  }

  isAlone(node: Node): boolean {
    return this.#users.get(node) === 1;
  }

  /** Whether an operation to be held is reached through elementwise ones. */
  #isUnsafe(node: Node): boolean {
    const known = this.#unsafe.get(node);
    if (known !== undefined) return known;
    const { kind } = node.op;
    const followed = kind === 'unary' || kind === 'binary' || kind === 'select' || kind === 'broadcast';
    const found = followed && (needsHolding(node) || node.inputs.some((each) => this.#isUnsafe(each)));
    this.#unsafe.set(node, found);
    return found;
  }
}

/** The nodes of one branch, each made once. */
class Branch {
  readonly condition: Node;
  readonly #guard: Guard;
  readonly #made = new Map<Node, Node>();

  constructor(owner: Guard, condition: Node) {
    this.#guard = owner;
    this.condition = condition;
  }

  /** `alone`: nothing outside of the branch reads what reads it. */
  get(node: Node, alone: boolean): Node {
    let made = this.#made.get(node);
    if (made === undefined) {
      made = this.#guard.held(node, this, alone && this.#guard.isAlone(node));
      this.#made.set(node, made);
    }
    return made;
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
