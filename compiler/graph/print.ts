/** Prints a graph as deterministic text: one line per node, numbered from 0 in order of use, regions indented below their node. */
import { showSize } from '../size/size.ts';
import type { Axis, Binding, Node, Op } from './graph.ts';
import { isGiven } from './infer.ts';
import { showAxis, showSpace, showType } from './spaces.ts';
import { Dependence, operands, reachable, regionArguments, regionResults } from './walk.ts';

/** `roots` as a list or by name; only what the roots need is printed. Equal graphs print equally, whatever their ids. */
export function printGraph(roots: readonly Node[] | ReadonlyMap<string, Node>): string {
  const entries: Iterable<readonly [string | number, Node]> = roots.entries();
  const named = [...entries];
  const printer = new Printer();
  printer.whole(named.map(([, node]) => node));
  for (const [name, node] of named) printer.lines.push(`${name} = ${printer.ref(node)}`);
  return `${printer.lines.join('\n')}\n`;
}

/** One node with its inputs and users, under their own ids: for errors. */
export function printAround(node: Node, roots: readonly Node[]): string {
  const near = reachable(roots).filter((other) => operands(other).includes(node));
  const line = (other: Node): string => printNode(other, (input) => `%${input.id}`);
  return [...node.inputs.map((input) => `  ${line(input)}`), `> ${line(node)}`, ...near.slice(0, 4).map((user) => `  ${line(user)}`)].join(
    '\n',
  );
}

class Printer {
  readonly lines: string[] = [];
  readonly #names = new Map<Node, string>();
  readonly #dependence = new Dependence();

  ref(node: Node): string {
    return this.#names.get(node) ?? `%?${node.id}`;
  }

  whole(roots: readonly Node[]): void {
    const free = new Set(roots.flatMap((root) => [...this.#dependence.of(root)]));
    const isLeaf = (node: Node): boolean => (node.op.kind === 'argument' ? free.has(node) : isGiven(node.op));
    for (const node of reachable(roots)) {
      if (isLeaf(node)) this.#line(node, '');
    }
    this.#block(roots, '');
  }

  /** The nodes of this block that the roots need: nothing from inside a call, and of a scan only what is outside it. */
  #block(roots: readonly Node[], indent: string): void {
    for (const node of reachable(roots, (other) => (other.op.kind === 'call' ? other.inputs : operands(other)))) {
      const here = !this.#names.has(node) && [...this.#dependence.of(node)].every((argument) => this.#names.has(argument));
      if (here) this.#node(node, indent);
    }
  }

  #name(node: Node): void {
    this.#names.set(node, `%${this.#names.size}`);
  }

  #line(node: Node, indent: string): void {
    this.#name(node);
    this.lines.push(indent + printNode(node, (input) => this.ref(input)));
  }

  #node(node: Node, indent: string): void {
    const args = regionArguments(node);
    if (args.length === 0) {
      this.#line(node, indent);
      return;
    }
    const header = this.lines.push('') - 1;
    const inner = `${indent}  `;
    for (const argument of args) this.#line(argument, inner);
    const results = regionResults(node);
    this.#block(results, inner);
    this.lines.push(`${inner}yield ${results.map((result) => this.ref(result)).join(', ')}`);
    this.#name(node);
    this.lines[header] = indent + printNode(node, (input) => this.ref(input));
  }
}

function printNode(node: Node, ref: (input: Node) => string): string {
  const name = ref(node);
  const inputs = node.inputs.length === 0 ? '' : `(${node.inputs.map(ref).join(', ')})`;
  return `${name} = ${showOp(node.op)}${inputs} : ${node.types.map(showType).join('; ')}${comment(node)}`;
}

function comment(node: Node): string {
  return node.origin.name === null ? '' : `  // ${node.origin.name}`;
}

const axes = (list: readonly Axis[]): string => list.map(showAxis).join(', ');
const pairs = (list: readonly { readonly from: string; readonly to: Axis }[]): string =>
  list.map(({ from, to }) => `${from} -> ${to.id}`).join(', ');

function showBinding({ args, extras, results }: Binding): string {
  return `${args.map((bound) => `(${pairs(bound)})`).join(' ')} lifted [${axes(extras)}] ${results.map((bound) => `(${pairs(bound)})`).join(' ')}`;
}

/** The operation with its attributes: `softmax[source]`, `scan[time] reversed`. */
export function showOp(op: Op): string {
  switch (op.kind) {
    case 'input':
      return `input ${op.name}`;
    case 'parameter':
      return `parameter ${op.path}`;
    case 'constant':
      return `constant ${op.value}`;
    case 'size':
      return `size ${showSize(op.size)}`;
    case 'length':
      return `length ${op.dim.id}`;
    case 'position':
      return `position[${showAxis(op.axis)}]`;
    case 'random':
      return `random ${op.draw}${op.draw === 'keep' ? ` ${op.rate}` : ''} ${op.site}[${axes(op.axes)}]`;
    case 'unary':
    case 'binary':
      return op.fn;
    case 'argument':
    case 'select':
    case 'where':
    case 'otherwise':
      return op.kind;
    case 'matmul':
      return `matmul${op.transposeA ? ' a^T' : ''}${op.transposeB ? ' b^T' : ''}`;
    case 'reduce':
      return `${op.fn}[${op.axes.join(', ')}]`;
    case 'across':
      return `${op.fn}[${['examples', ...op.axes].join(', ')}]`;
    case 'softmax':
      return `${op.log ? 'log ' : ''}softmax[${op.axis}]`;
    case 'argmax':
      return `argmax[${op.axis}]`;
    case 'contract':
      return `contract[${op.axes.join(', ')}]`;
    case 'gather':
      return `gather[${op.axis}]${op.inside ? ' inside' : ''}`;
    case 'scatter':
      return `scatter[${showAxis(op.axis)}] over [${op.over.join(', ')}]`;
    case 'onehot':
      return `onehot[${showAxis(op.axis)}]`;
    case 'concat':
      return `concat[${showAxis(op.axis)}] of [${op.parts.map((part) => part ?? '1').join(', ')}]`;
    case 'slice':
      return `slice[${op.axis} from ${showSize(op.start)}]${op.into === null ? '' : ` into ${showAxis(op.into)}`}`;
    case 'shift':
      return `shift[${op.axis} by ${showSize(op.by)}${op.circular ? ', circular' : ''}]`;
    case 'rename':
      return `rename[${op.from} as ${showAxis(op.to)}]`;
    case 'merge':
      return `merge[(${op.axes.join(', ')}) as ${showAxis(op.into)}]`;
    case 'split':
      return `split[${op.axis} as (${axes(op.into)})]`;
    case 'broadcast':
      return `broadcast[${axes(op.axes)}]`;
    case 'check':
      return `check ${op.what}`;
    case 'cumsum':
    case 'cumprod':
      return `${op.kind}[${op.axis}]${op.exclusive ? ' exclusive' : ''}${op.reversed ? ' reversed' : ''}`;
    case 'permute':
      return `permute[${op.order.join(', ')}]`;
    case 'reshape':
      return `reshape[${axes(op.axes)}]`;
    case 'result':
      return `result ${op.index}`;
    case 'scan':
      return `scan[${showSpace(op.axis.space) === op.axis.id ? op.axis.id : showAxis(op.axis)}]${op.reversed ? ' reversed' : ''}`;
    case 'past':
      return `past[${showAxis(op.axis)}]`;
    case 'append':
      return `append[${showAxis(op.axis)}]${op.keep === null ? '' : ` keep ${showSize(op.keep)}`}`;
    case 'before':
      return `before[${op.axis}] by ${showSize(op.by)}`;
    case 'clock':
      return `clock[${showAxis(op.axis)}]`;
    case 'call':
      return `call ${op.callee} ${showBinding(op.binding)}`;
  }
}
