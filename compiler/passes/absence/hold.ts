/**
 * In the 'batched' graph of a gradient: values that nothing reads must not enter the gradient as 0 * inf. Where a value is not
 * needed (needs.ts), an operand that could leave its operation's domain is replaced by a harmless value (the double `where`), and
 * so is an input, which may be as large as a float can be.
 */
import type { Node } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import type { Batched } from './batch.ts';
import type { Roots } from '../core/compiled.ts';
import { Domains } from './domains.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import type { Making } from '../core/making.ts';
import { chosenBy, indexOf } from './chosen.ts';
import { endsOf, madeOf, needsOf, type Condition, type Need } from './needs.ts';
import { analyse, mapRoots, Pass, type Facts } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';

/** `ends`: the ends that `batch` reports for its loops. */
export function hold(roots: Roots, ends: Batched['ends'] = new Map()): Roots {
  const facts = analyse([...endsOf(ends), ...roots.values()]);
  const pass = new Hold(new GraphBuilder(algebra), facts, needsOf(facts, roots.values(), ends));
  return mapRoots(roots, (node) => pass.get(node));
}

class Hold extends Pass {
  readonly #needs: ReadonlyMap<Node, Need>;
  readonly #domains = new Domains();

  constructor(m: GraphBuilder, facts: Facts, needs: ReadonlyMap<Node, Need>) {
    super(m, facts);
    this.#needs = needs;
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    const need = this.#needs.get(node) ?? null;
    if (need === null || typeOf(node).elem.kind !== 'float') return yield* super.visit(node);
    if (op.kind === 'input') {
      const read = withoutEnds(need);
      const made = yield* super.visit(node);
      return read === null ? made : yield* this.#held(read, made, 0, node);
    }
    const weak = this.#domains.weak(node);
    if (weak === null) return yield* super.visit(node);
    const inputs = [...(yield* this.all(node.inputs))];
    inputs[weak.operand] = yield* this.#held(need, inputs[weak.operand]!, weak.harmless, node);
    this.m.origin = node.origin;
    return this.operation(node, inputs);
  }

  *#held(need: NonNullable<Need>, x: Node, harmless: number, { origin }: Node): Making<Node> {
    const { m } = this;
    yield* this.all(need.flat().flatMap(madeOf));
    m.origin = origin;
    return m.select(this.#where(need), x, m.constant(harmless, typeOf(x).elem.kind === 'float' ? 'float' : 'int'));
  }

  /** A bool that says where the value is needed; what the conditions are made of has been rebuilt. */
  #where(need: NonNullable<Need>): Node {
    const { m } = this;
    return need
      .map((each) => each.map((condition) => this.#holds(condition)).reduce((a, b) => m.binary('and', a, b)))
      .reduce((a, b) => m.binary('or', a, b));
  }

  #holds({ test, renamed }: Condition): Node {
    const { m } = this;
    const named = (node: Node): Node => renamed.reduce((seen, { from, to }) => m.rename(seen, from, to), node);
    if (test.kind === 'truth') return test.holds ? named(this.value(test.node)) : m.unary('not', named(this.value(test.node)));
    const index = indexOf(test.node);
    const read = test.need === null ? null : this.#where(test.need);
    return named(chosenBy(m, test.node, index === null ? null : this.value(index), read));
  }
}

/** Beyond an example's end an input is 0 already. */
function withoutEnds(need: NonNullable<Need>): Need {
  const cases = need.map((each) => each.filter((condition) => !isEnd(condition)));
  return cases.some((each) => each.length === 0) ? null : cases;
}

function isEnd({ test }: Condition): boolean {
  const { op, inputs } = test.node;
  if (test.kind !== 'truth' || !test.holds || op.kind !== 'binary' || (op.fn !== 'lt' && op.fn !== 'gt')) return false;
  const [place, length] = op.fn === 'lt' ? inputs : [inputs[1], inputs[0]];
  return place!.op.kind === 'position' && length!.op.kind === 'length';
}
