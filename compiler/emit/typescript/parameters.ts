/** Parameters in emitted text: a tree by the parts of their paths, as the runtime makes it, and its types. */
import { access, identifier, property, quoted, upperFirst } from '../naming/names.ts';

/** `.Translate.s.GRU.Wz`, `.layers[3]!.W`, `.layers[i]!.W`; '' for all. @param positions in place of each `[*]` */
export function partAccess(path: string, positions: readonly string[]): string {
  const left = [...positions];
  const partOf = (part: string): string => {
    const [name = '', ...places] = part.replaceAll(']', '').split('[');
    return `${access(name)}${places.map((place) => `[${place === '*' ? left.shift()! : place}]!`).join('')}`;
  };
  return path === '' ? '' : path.split('.').map(partOf).join('');
}

export interface ParameterTypes {
  /** `type GRUParameters = { … };`, those that others are made of first; the last is that of all. */
  readonly declarations: readonly { readonly name: string; readonly text: string; readonly of: string }[];
  /** The type of a part by its path. */
  readonly of: (path: string) => string;
  /** Where a parameter lies in the tree: at `h.$`, if other paths go on from its own, `h`. */
  readonly place: (path: string) => string;
}

interface Part {
  readonly name: string;
  /** What it is a part of; null: it is all. */
  readonly around: Part | null;
  readonly fields: Map<string, Part>;
  isTensor: boolean;
  /** Of a list: its elements are `0`, `1`, … */
  isList: boolean;
}

const part = (name: string, around: Part | null): Part => ({ name, around, fields: new Map(), isTensor: false, isList: false });

/**
 * Parts of one name and shape have one type; what is a way to another part alone has none.
 *
 * @param all the name of the type of all; @param take the first of the names for one of the others that is free
 */
export function parameterTypes(paths: readonly string[], all: string, take: (names: readonly string[]) => string): ParameterTypes {
  const root = part('', null);
  for (const path of paths) find(root, path, true)!.isTensor = true;
  const declarations: { name: string; text: string; of: string }[] = [];
  const known = new Map<string, string>();
  const record = (fields: ReadonlyMap<string, Part>): string => {
    const texts = [...fields].map(([name, field]) => `readonly ${property(name)}: ${typeOf(field)}`);
    const line = `{ ${texts.join('; ')} }`;
    const areTensors = [...fields.values()].every((field) => field.isTensor && field.fields.size === 0);
    if (areTensors && line.length > LINE) return `Readonly<Record<${[...fields.keys()].map(quoted).join(' | ')}, tf.Tensor>>`;
    return texts.length === 0
      ? 'Record<string, never>'
      : line.length <= LINE
        ? line
        : `{\n${texts.map((text) => `  ${text.replaceAll('\n', '\n  ')};`).join('\n')}\n}`;
  };
  const typeOf = (each: Part): string => {
    if (each.fields.size === 0) return each.isTensor ? 'tf.Tensor' : 'Record<string, never>';
    if (each.isList) {
      const types = [...each.fields.values()].map(typeOf);
      return types.every((type) => type === types[0]) ? `readonly ${listed(types[0]!)}[]` : `readonly [${types.join(', ')}]`;
    }
    const fields = each.isTensor ? new Map([['$', leaf], ...each.fields]) : each.fields;
    const text = record(fields);
    const isWay = fields.size === 1 && [...fields.values()].every(({ fields: inner }) => inner.size > 0);
    if (each === root || isWay) return text;
    const names = namesOf(each);
    const key = `${names[0]} ${text}`;
    const name = known.get(key) ?? take(names);
    if (!known.has(key)) declarations.push({ name, text, of: each.name });
    known.set(key, name);
    return name;
  };
  const leaf: Part = { ...part('$', root), isTensor: true };
  const text = typeOf(root);
  declarations.push({ name: all, text, of: '' });
  return {
    declarations,
    of: (path) => (path === '' ? all : typeOf(find(root, path, false)!)),
    place: (path) => (find(root, path, false)!.fields.size > 0 ? `${path}.$` : path),
  };
}

const LINE = 110;

/** `LayerNormParameters`, and if there are others that are called so, `EncodeRepeatParameters`. */
function namesOf(each: Part): readonly string[] {
  const own: string[] = [];
  for (let at: Part | null = each; at !== null && at.name !== ''; at = at.around) {
    const name = upperFirst(identifier(at.name.replace(/[#[].*$/, '')));
    // An element of a list is called as the list is.
    if (own[0] !== name) own.unshift(name);
  }
  return own.map(
    (_, k) =>
      `${own
        .slice(-1 - k)
        .slice(0, 1)
        .join('')}${k === 0 ? '' : own.at(-1)!}Parameters`,
  );
}

const listed = (type: string): string => (type.startsWith('readonly ') ? `(${type})` : type);

function find(root: Part, path: string, make: boolean): Part | null {
  let at = root;
  for (const step of path.split('.')) {
    const [name = '', ...places] = step.replaceAll(']', '').split('[');
    for (const [k, key] of [name, ...places].entries()) {
      if (k > 0) {
        at.isList = true;
        for (let i = 0; make && key !== '*' && i < Number(key); i++) if (!at.fields.has(`${i}`)) at.fields.set(`${i}`, part(name, at));
      }
      let next = at.fields.get(key) ?? (make ? undefined : at.fields.get('*'));
      if (next === undefined) {
        if (!make) return null;
        next = part(name, at);
        at.fields.set(key, next);
      }
      at = next;
    }
  }
  return at;
}
