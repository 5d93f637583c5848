/** Text keys of operations: two operations with the same key do the same to the same inputs. */
import type { Axis, Dim, Op, Space, TensorType } from '../../graph/graph.ts';

export class Keys {
  /** Axes are long when written out, and few: each has a number, shared by axes that are written out alike. */
  readonly #numbers = new Map<string, number>();
  readonly #axes = new Map<Axis, number>();

  axis(axis: Axis): number {
    let number = this.#axes.get(axis);
    if (number === undefined) {
      const text = axisText(axis);
      number = this.#numbers.get(text) ?? this.#numbers.size;
      this.#numbers.set(text, number);
      this.#axes.set(axis, number);
    }
    return number;
  }

  axes(axes: readonly Axis[]): string {
    let key = '';
    for (const axis of axes) key += `${this.axis(axis)},`;
    return key;
  }

  type({ elem, axes, masks }: TensorType): string {
    return `${elem.kind === 'index' ? JSON.stringify(elem) : elem.kind} ${this.axes(axes)} ${masks.map((mask) => this.axes(mask)).join(';')}`;
  }

  op(op: Op): string {
    switch (op.kind) {
      case 'unary':
      case 'binary':
        return `${op.kind} ${op.fn}`;
      // JSON has no infinities, and only one zero.
      case 'constant':
        return `constant ${Object.is(op.value, -0) ? '-0' : op.value}`;
      case 'size':
        return `size ${op.size.key}`;
      case 'position':
      case 'onehot':
        return `${op.kind} ${this.axis(op.axis)}`;
      case 'rename':
        return `rename ${op.from} ${this.axis(op.to)}`;
      case 'broadcast':
      case 'reshape':
        return `${op.kind} ${this.axes(op.axes)}`;
      case 'merge':
        return `merge ${op.axes.join()} ${this.axis(op.into)}`;
      case 'split':
        return `split ${op.axis} ${this.axes(op.into)}`;
      case 'concat':
        return `concat ${op.parts.join()} ${this.axis(op.axis)}`;
      case 'shift':
        return `shift ${op.axis} ${op.by.key} ${op.circular}`;
      case 'scatter':
        return `scatter ${op.over.join()} ${this.axis(op.axis)}`;
      default:
        return JSON.stringify(op);
    }
  }
}

function axisText({ id, label, space, rounds }: Axis): string {
  return `${id} ${label} ${spaceText(space)} ${rounds}`;
}

function spaceText(space: Space): string {
  switch (space.kind) {
    case 'dim':
      return space.within === undefined ? dimText(space.dim) : `${dimText(space.dim)} within (${axisText(space.within)})`;
    case 'anon':
      return space.size.key;
    case 'cat':
    case 'merge':
      return `${space.kind}(${space.parts.map(spaceText).join()})`;
  }
}

function dimText({ id, label, size, ragged, origin, mayBeEmpty, ofCall, inside }: Dim): string {
  const text = `${id} ${label} ${size.key} ${ragged} ${origin.key} ${mayBeEmpty} ${ofCall}`;
  return inside === undefined ? text : `${text} in (${dimText(inside)})`;
}
