/**
 * What each backend can compute, operation by operation: the only table of it. The last pass keeps programs within it, the
 * verifier checks every laid-out graph against it, and `docs/backends.md` is printed from it. `npx tsx bench/limits.ts` measures
 * it.
 */
import { isUnit } from './spaces.ts';
import { BINARY, type BinaryOperation } from './operations/binary.ts';
import type { Elem, Node } from './graph.ts';

export const BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

export interface Limit {
  /** The greatest number of axes that an operand or the result may have. */
  readonly axes?: number;
  /** The greatest number of groups of axes: adjacent axes that each operand either has or lacks as a whole are one group. */
  readonly groups?: number;
}

export interface Capability {
  /** Heading in `docs/backends.md`. */
  readonly title: string;
  readonly types: readonly Exclude<Elem['kind'], 'index'>[];
  /** A backend that is not listed has no limit but memory. */
  readonly limits: Readonly<Partial<Record<Backend, Limit>>>;
}

const ALL = ['float', 'int', 'bool'] as const;
const NUMBERS = ['float', 'int'] as const;

export const CAPABILITIES = {
  tensor: { title: 'any tensor', types: ALL, limits: { tensorflow: { axes: 253 } } },
  unary: { title: 'functions of one operand, casts', types: ALL, limits: { webgpu: { axes: 6 } } },
  arithmetic: {
    title: '`+ - * / ^ max min mod`',
    types: NUMBERS,
    limits: { tensorflow: { axes: 8, groups: 5 }, webgpu: { axes: 6 }, wasm: { axes: 6 } },
  },
  comparison: { title: 'comparisons, `and`, `or`', types: ALL, limits: { tensorflow: { groups: 5 }, webgpu: { axes: 6 } } },
  select: { title: 'choices (`if`, `else`, masks)', types: ALL, limits: { tensorflow: { axes: 8 }, webgpu: { axes: 6 } } },
  permute: { title: 'permutations of axes', types: ALL, limits: { webgpu: { axes: 6 } } },
  broadcast: { title: 'broadcasting alone', types: ALL, limits: {} },
  reduce: { title: '`sum mean max min prod any all`', types: ALL, limits: { webgpu: { axes: 6 } } },
  argmax: { title: '`argmax`', types: NUMBERS, limits: { tensorflow: { axes: 7 } } },
  softmax: { title: '`softmax`, `log_softmax`', types: ['float'], limits: { webgpu: { axes: 6 }, wasm: { axes: 6 } } },
  running: { title: '`cumsum`, `cumprod`', types: NUMBERS, limits: {} },
  concat: { title: '`concat`, stacking and unstacking the steps of a scan', types: ALL, limits: {} },
  slice: { title: 'slices, one position', types: ALL, limits: { tensorflow: { axes: 8 }, webgpu: { axes: 6 } } },
  shift: { title: 'shifts, rolls', types: ALL, limits: { tensorflow: { axes: 8 }, webgpu: { axes: 6 } } },
  gather: { title: 'positions by an index', types: ALL, limits: {} },
  scatter: { title: 'sums by an index', types: NUMBERS, limits: {} },
  onehot: { title: 'one-hot rows', types: ['float'], limits: {} },
  matmul: { title: 'matrix products, single and batched', types: ['float'], limits: {} },
} as const satisfies Readonly<Record<string, Capability>>;

export type Capable = keyof typeof CAPABILITIES;

const COMPARES: ReadonlySet<string> = new Set(['order', 'equality', 'bool'] satisfies BinaryOperation['takes'][]);

/** What a laid-out node requires of a backend. */
interface Demand {
  readonly capable: Capable;
  readonly operands: readonly Node[];
  readonly axes: number;
  readonly groups: number;
}

type Computed = Pick<Node, 'op' | 'inputs' | 'types'>;

const rankOf = (node: Pick<Node, 'types'>): number => Math.max(0, ...node.types.map(({ axes }) => axes.length));
const typeOf = (elem: Elem): Capability['types'][number] => (elem.kind === 'index' ? 'int' : elem.kind);

/** The first limit that a node exceeds, in words; null where every backend computes it. */
export function excessOf(node: Computed): string | null {
  for (const { capable, operands, axes, groups } of demandsOf(node)) {
    const { title, types, limits }: Capability = CAPABILITIES[capable];
    const wrong = operands
      .flatMap((operand) => operand.types)
      .map(({ elem }) => typeOf(elem))
      .find((type) => !types.includes(type));
    if (wrong !== undefined) return `${title}: no backend has it of type ${wrong}`;
    for (const backend of BACKENDS) {
      const { axes: mostAxes = Infinity, groups: mostGroups = Infinity } = limits[backend] ?? {};
      if (axes > mostAxes) return `${title}: ${axes} axes, and ${backend} takes at most ${mostAxes}`;
      if (groups > mostGroups)
        return `${title}: ${groups} groups of axes that are broadcast alike, and ${backend} takes at most ${mostGroups}`;
    }
  }
  return null;
}

/** The numbers of axes and groups that every backend can handle. */
export function mostOf(capable: Capable): { readonly axes: number; readonly groups: number } {
  const limits: readonly Limit[] = Object.values(CAPABILITIES[capable].limits);
  const least = (of: (limit: Limit) => number | undefined): number => Math.min(...limits.map((limit) => of(limit) ?? Infinity), Infinity);
  return { axes: least(({ axes }) => axes), groups: least(({ groups }) => groups) };
}

function demandsOf(node: Computed): readonly Demand[] {
  const { op, inputs } = node;
  const rank = Math.max(rankOf(node), ...inputs.map(rankOf));
  const all: Demand = { capable: 'tensor', operands: [], axes: rankOf(node), groups: 0 };
  const one = (capable: Capable, operands: readonly Node[] = inputs): readonly Demand[] => [
    all,
    { capable, operands, axes: rank, groups: 0 },
  ];
  switch (op.kind) {
    case 'binary':
    case 'select':
      return [
        all,
        {
          capable: op.kind === 'select' ? 'select' : COMPARES.has(BINARY[op.fn].takes) ? 'comparison' : 'arithmetic',
          operands: inputs,
          axes: rank,
          groups: groupsOf(node).length,
        },
      ];
    case 'unary':
    case 'permute':
    case 'broadcast':
    case 'reduce':
    case 'argmax':
    case 'softmax':
    case 'concat':
    case 'slice':
    case 'shift':
    case 'matmul':
      return one(op.kind);
    case 'cumsum':
    case 'cumprod':
      return one('running');
    // A single position known to the host is a slice.
    case 'gather':
      return one(rankOf(inputs[1]!) === 0 ? 'slice' : 'gather', inputs.slice(0, 1));
    case 'scatter':
      return one('scatter', inputs.slice(0, 1));
    case 'onehot':
      return one('onehot', []);
    // Kept, renamed or moved by the host; or gone once a graph is laid out.
    case 'input':
    case 'parameter':
    case 'constant':
    case 'size':
    case 'length':
    case 'position':
    case 'argument':
    case 'random':
    case 'check':
    case 'rename':
    case 'reshape':
    case 'append':
    case 'before':
    case 'result':
    case 'scan':
    case 'where':
    case 'otherwise':
    case 'across':
    case 'contract':
    case 'merge':
    case 'split':
    case 'past':
    case 'call':
    case 'clock':
      return [all];
  }
}

/**
 * The axes of the result of an elementwise operation, by index, in runs that each operand either has or lacks as a whole. An axis
 * of size 1 belongs to the run around it.
 */
export function groupsOf({ inputs, types }: Computed): readonly (readonly number[])[] {
  const axes = types[0]!.axes;
  const groups: number[][] = [];
  let kind = '';
  for (const [k, axis] of axes.entries()) {
    const own = isUnit(axis) ? kind : inputs.map((input) => hasPlace(input, k - axes.length)).join();
    if (groups.length > 0 && (own === kind || kind === '')) groups.at(-1)!.push(k);
    else groups.push([k]);
    kind = own;
  }
  return groups;
}

/** Does the operand have an axis other than a unit axis at this position, counted from the end (-1: the last)? */
export function hasPlace(operand: Node, place: number): boolean {
  const axis = operand.types[0]!.axes.at(place);
  return -place <= operand.types[0]!.axes.length && axis !== undefined && !isUnit(axis);
}

/** The table of `docs/backends.md`. */
export function limitsReference(): string {
  const cell = ({ axes, groups }: Limit): string =>
    [...(axes === undefined ? [] : [`${axes} axes`]), ...(groups === undefined ? [] : [`${groups} groups`])].join(', ') || 'any';
  const rows = Object.values(CAPABILITIES).map(
    ({ title, types, limits }: Capability) =>
      `| ${title} | ${types.join(', ')} | ${BACKENDS.map((backend) => cell(limits[backend] ?? {})).join(' | ')} |`,
  );
  return `| Operation | Types | ${BACKENDS.map((backend) => `\`${backend}\``).join(' | ')} |\n|---|---|${'---|'.repeat(BACKENDS.length)}\n${rows.join('\n')}\n`;
}
