/** Text keys of operations: two operations with one key do the same to the same inputs. */
import type { Axis, Op, TensorType } from '../../graph/graph.ts';

export class Keys {
  /** Axes are long when written out, and few. */
  readonly #axes = new WeakMap<Axis, string>();

  axis(axis: Axis): string {
    let key = this.#axes.get(axis);
    if (key === undefined) {
      key = JSON.stringify(axis);
      this.#axes.set(axis, key);
    }
    return key;
  }

  axes(axes: readonly Axis[]): string {
    return axes.map((axis) => this.axis(axis)).join();
  }

  type({ elem, axes, masks }: TensorType): string {
    return `${elem.kind === 'index' ? JSON.stringify(elem) : elem.kind} ${this.axes(axes)} ${masks.map((mask) => this.axes(mask)).join(';')}`;
  }

  op(op: Op): string {
    switch (op.kind) {
      case 'unary':
      case 'binary':
        return `${op.kind} ${op.fn}`;
      // JSON has no infinities, and one zero.
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
