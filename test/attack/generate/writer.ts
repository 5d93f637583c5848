/** Writes a value of a wanted type: one construct of the table that can give it, with smaller values in it. */
import type { Chance } from '../chance.ts';
import { meets, sameAxes, subset, without, type Axis, type Name, type Scope, type Want } from './scope.ts';

/** One way to write a value: when it fits what is wanted, and how. */
export interface Construct {
  readonly name: string;
  readonly weight: number;
  readonly elem: 'float' | 'int' | 'bool' | 'index';
  fits(want: Want, writer: Writer): boolean;
  write(want: Want, writer: Writer): string;
}

export class Writer {
  readonly chance: Chance;
  /** Constructs that were written, and how often. */
  readonly used = new Map<string, number>();
  /** Blocks and options, in front of the model. */
  readonly top: string[] = [];
  readonly #table: readonly Construct[];
  #fresh = 0;

  constructor(chance: Chance, table: readonly Construct[]) {
    this.chance = chance;
    this.#table = table;
  }

  fresh(front: string): string {
    return `${front}${this.#fresh++}`;
  }

  count(construct: string): void {
    this.used.set(construct, (this.used.get(construct) ?? 0) + 1);
  }

  axis(scope: Scope, label: string): Axis {
    return scope.axes.find((axis) => axis.label === label)!;
  }

  /** Axes of fixed size: those that parameters may have. */
  fixed(scope: Scope): readonly Axis[] {
    return scope.axes.filter(({ ragged, ofCall }) => !ragged && ofCall !== true);
  }

  /** Axes that a value may be given besides those it has. */
  others({ scope, axes }: Want, allowed: (axis: Axis) => boolean = () => true): readonly Axis[] {
    return scope.axes.filter((axis) => {
      if (axes.includes(axis.label) || scope.scanned.includes(axis.label) || !allowed(axis)) return false;
      if (axis.inside !== undefined && !axes.includes(axis.inside)) return false;
      return true;
    });
  }

  value(want: Want): string {
    const deep = want.depth > 0 && want.axes.length <= 5;
    const kind = want.elem.startsWith('index') ? 'index' : (want.elem as 'float' | 'int' | 'bool');
    const fitting = deep ? this.#table.filter((construct) => construct.elem === kind && construct.fits(want, this)) : [];
    if (fitting.length === 0 || this.chance.is(0.12)) return this.leaf(want);
    const construct = this.chance.weighted(fitting);
    this.count(construct.name);
    return construct.write(want, this);
  }

  /** A smaller value, of the same kind but for what is said. */
  inner(want: Want, changed: Partial<Want> = {}): string {
    return this.value({ ...want, depth: want.depth - 1, ...changed });
  }

  /** Names of just this type. */
  #named({ elem, axes, ends, scope }: Want): readonly Name[] {
    return scope.names.filter((name) => name.elem === elem && sameAxes(name.axes, axes) && meets(name.mask, ends));
  }

  leaf(want: Want): string {
    const { chance } = this;
    const { elem, axes, scope } = want;
    const names = this.#named(want);
    if (names.length > 0 && chance.is(0.85)) return chance.pick(names).text;
    if (elem === 'float') return this.#float(want);
    if (elem === 'bool') return this.#bool(want);
    if (elem === 'int') return this.#int(want);
    const space = elem.slice('index('.length, -1);
    if (axes.includes(space)) return `position[${space}]`;
    const part = scope.names.filter((name) => name.elem === elem && subset(name.axes, axes) && name.mask === undefined);
    if (part.length > 0 && axes.length === 0) return chance.pick(part.filter((name) => name.axes.length === 0)).text;
    return `argmax[${space}](${this.#float({ ...want, elem: 'float', axes: [space, ...axes] })})`;
  }

  #float(want: Want): string {
    const { chance } = this;
    const { axes, scope } = want;
    if (axes.length === 0) return this.#scalar(scope);
    const named = this.#named({ ...want, elem: 'float' });
    if (named.length > 0 && chance.is(0.6)) return chance.pick(named).text;
    const fixed = this.fixed(scope).map(({ label }) => label);
    if (subset(axes, fixed) && axes.length <= 3 && chance.is(0.5)) return this.parameter(scope, axes);
    // Some names that have part of the axes, times what has each of the rest.
    const [name] = chance.shuffled(
      scope.names.filter((each) => each.elem === 'float' && each.mask === undefined && each.axes.length > 0 && subset(each.axes, axes)),
    );
    const rest = name === undefined ? axes : without(axes, ...name.axes);
    const factors = [...(name === undefined ? [] : [name.text]), ...rest.map((label) => this.#line(scope, label))];
    return factors.length === 1 ? factors[0]! : `(${factors.join(' * ')})`;
  }

  /** A value over one axis. */
  #line(scope: Scope, label: string): string {
    const { chance } = this;
    const axis = this.axis(scope, label);
    const own = scope.names.filter((name) => name.elem === 'float' && name.mask === undefined && sameAxes(name.axes, [label]));
    if (own.length > 0 && chance.is(0.7)) return chance.pick(own).text;
    const originals =
      axis.dim === label
        ? []
        : scope.names.filter(
            (name) =>
              name.elem === 'float' && name.mask === undefined && sameAxes(name.axes, [axis.dim]) && !scope.scanned.includes(axis.dim),
          );
    if (originals.length > 0) return `${chance.pick(originals).text}[${axis.dim} as ${label}]`;
    if (!axis.ragged && axis.ofCall !== true && chance.is(0.6)) return this.parameter(scope, [label]);
    return axis.inside === undefined
      ? `(${chance.pick(['0.1', '0.5', '-0.3'])} * ${this.position(scope, label)})`
      : `(0.2 * position[${label}] + 0 * position[${axis.inside}])`;
  }

  /** The positions of an axis as numbers. */
  position(scope: Scope, label: string): string {
    const { dim } = this.axis(scope, label);
    return dim === label ? `position[${label}]` : `position[${dim}][${dim} as ${label}]`;
  }

  #scalar(scope: Scope): string {
    const { chance } = this;
    const names = scope.names.filter((name) => name.elem === 'float' && name.axes.length === 0 && name.mask === undefined);
    if (names.length > 0 && chance.is(0.6)) return chance.pick(names).text;
    if (chance.is(0.3)) return this.parameter(scope, []);
    return chance.pick(['0.5', '1.5', '0.1', '2', '-0.7', '0', '1']);
  }

  parameter(scope: Scope, axes: readonly string[]): string {
    const name = this.fresh('p');
    scope.body.lines.push(`param ${name}: [${axes.map((label) => this.axisText(scope, label)).join(', ')}] = normal(1)`);
    return name;
  }

  /** As it stands in a type. */
  axisText(scope: Scope, label: string): string {
    const { dim } = this.axis(scope, label);
    return dim === label ? label : `${label}: ${dim}`;
  }

  #bool(want: Want): string {
    const { chance } = this;
    const { axes, scope } = want;
    const [name] = chance.shuffled(
      scope.names.filter((each) => each.elem === 'bool' && each.mask === undefined && subset(each.axes, axes) && each.axes.length > 0),
    );
    if (name !== undefined && sameAxes(name.axes, axes)) return name.text;
    if (axes.length === 0) return chance.pick(['true', 'false', `(${this.#scalar(scope)} > 0.2)`]);
    return `(${this.#float({ ...want, elem: 'float' })} ${chance.pick(['<', '>', '<=', '>='])} ${chance.pick(['0', '0.1', '-0.4'])})`;
  }

  #int(want: Want): string {
    const { chance } = this;
    const { axes, scope } = want;
    if (axes.length === 0) {
      const sizes = scope.axes
        .filter(
          ({ inside, dim, label, tape }) =>
            inside === undefined && tape === undefined && dim === label && label !== scope.clock && !scope.scanned.includes(label),
        )
        .map(({ label }) => label);
      return chance.pick(['0', '1', '2', '3', ...(sizes.length > 0 ? [`(${chance.pick(sizes)} + 0)`] : [])]);
    }
    const [name] = chance.shuffled(
      scope.names.filter((each) => each.elem === 'int' && each.mask === undefined && each.axes.length > 0 && subset(each.axes, axes)),
    );
    const rest = name === undefined ? axes : without(axes, ...name.axes);
    const terms = [...(name === undefined ? [] : [name.text]), ...rest.map((label) => this.position(scope, label))];
    return `(${terms.join(' + ')} + ${chance.pick(['0', '1', '2'])})`;
  }
}
