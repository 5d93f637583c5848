/** Types, axes and sizes in messages: by their labels, as the program writes them, never by the ids that distinguish frames. */
import type { Axis, Dim, Elem, Space, TensorType } from '../../graph/graph.ts';
import { isRagged, sizeOf } from '../../graph/spaces.ts';
import { constantOf, showSize } from '../../size/size.ts';
import type { Size } from '../../size/size.ts';

/** A dim of another file that the file itself does not import. */
const IMPORTED = /^0~\d*\.(.*)$/u;

/** Without the block that a formal belongs to; a dim of an imported file is distinguished from the file's own. */
function atomName(atom: string): string {
  const imported = IMPORTED.exec(atom);
  return imported === null ? atom.replace(/^.*?\.(?=[^.]*\D)/u, '') : `imported ${imported[1]}`;
}

function nameOfDim({ id, label }: Dim): string {
  return IMPORTED.test(id) ? atomName(id) : label;
}

export function describeSize(size: Size): string {
  return showSize(size, atomName);
}

function describeSpace(space: Space): string {
  switch (space.kind) {
    case 'dim':
      return space.dim.ragged ? nameOfDim(space.dim) : space.dim.label;
    case 'cat':
      return space.parts.map(describeSpace).join(' + ');
    case 'merge':
      return `(${space.parts.map(describeSpace).join(', ')})`;
    case 'anon':
      return describeSize(space.size);
  }
}

/** `[source, key: source]`, `index(words)[target]`; says what may be absent. */
export function describeType(type: TensorType): string {
  const axes = describeAxes(type.axes);
  const masks = type.masks.map((mask) => ` where [${mask.map(({ label }) => label).join(', ')}]`).join('');
  const elem = type.elem.kind === 'float' ? '' : elemName(type.elem);
  return `${elem}[${axes}]${masks}`;
}

/** `[heads, dk <- model]`. */
export function describeMap({ outs, ins }: { readonly outs: readonly Axis[]; readonly ins: readonly Axis[] }): string {
  return `[${outs.length === 0 ? '' : `${describeAxes(outs)} `}<- ${describeAxes(ins)}]`;
}

/** A name as written in the program: `s_next` is `s'`. */
export function describeName(name: string): string {
  return `\`${name.replace(/_next$/, "'")}\``;
}

export function describeAxes(axes: readonly Axis[]): string {
  return axes
    .map((axis) => {
      const space = describeSpace(axis.space);
      return space === axis.label ? space : `${axis.label}: ${space}`;
    })
    .join(', ');
}

export function describeAxis(axis: Axis): string {
  return `\`${axis.label}\` with ${isRagged(axis.space) ? 'ragged ' : ''}${describeSize(sizeOf(axis.space))} position(s)`;
}

/** How to make two axes of one name agree in size. */
export function sizeFix(a: Space, b: Space): { readonly fix?: string } {
  if (isRagged(a) || isRagged(b))
    return { fix: 'lengths are equal only along one dim: declare both over it, or index one axis by the positions of the other' };
  const [one, other] = [sizeOf(a), sizeOf(b)];
  // Two different numbers cannot be required to agree.
  return constantOf(one) !== null && constantOf(other) !== null
    ? {}
    : { fix: `if they are of one size wherever this stands, say so: \`require ${describeSize(one)} == ${describeSize(other)}\`` };
}

export function elemName(elem: Elem): string {
  if (elem.kind !== 'index') return elem.kind;
  const { space } = elem;
  return `index(${space.kind === 'dim' ? nameOfDim(space.dim) : describeSize(sizeOf(space))})`;
}
