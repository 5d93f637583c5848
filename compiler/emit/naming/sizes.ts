/** Sizes as TypeScript: the atoms are read from `n`, the rest is arithmetic. */
import { foldSize, type Size, type SizeFunction } from '../../size/size.ts';

interface Term {
  readonly text: string;
  readonly prec: Prec;
}
type Prec = 'sum' | 'product' | 'atom';

const FUNCTIONS: Readonly<Record<SizeFunction, string>> = {
  max: 'Math.max',
  min: 'Math.min',
  pow: 'Math.pow',
  log2ceil: 'rt.log2ceil',
  log2floor: 'rt.log2floor',
};

const tight = ({ text, prec }: Term, at: Prec): string => (prec === 'sum' || (prec === 'product' && at === 'atom') ? `(${text})` : text);

/** `atom` writes an atom's name; `prec` tells whether the result needs brackets beside `*`. */
export function sizeText(size: Size, atom: (name: string) => string): Term {
  return foldSize<Term>(size, {
    int: (n) => ({ text: `${n}`, prec: n < 0 ? 'sum' : 'atom' }),
    atom: (name) => ({ text: atom(name), prec: 'atom' }),
    add: (parts) => ({
      text: parts.map(({ text }, k) => (k === 0 ? text : text.startsWith('-') ? `- ${text.slice(1)}` : `+ ${text}`)).join(' '),
      prec: 'sum',
    }),
    mul: (parts) => {
      const [first, ...rest] = parts;
      if (first?.text === '-1') return { text: `-${rest.map((part) => tight(part, 'product')).join(' * ')}`, prec: 'sum' };
      const negative = first !== undefined && /^-\d+$/.test(first.text);
      return {
        text: parts.map((part, k) => (k === 0 && negative ? part.text : tight(part, 'product'))).join(' * '),
        prec: negative ? 'sum' : 'product',
      };
    },
    pow: (base, n) => ({ text: `${tight(base, 'atom')} ** ${n}`, prec: 'product' }),
    div: (a, n) => ({ text: `Math.floor(${tight(a, 'product')} / ${n})`, prec: 'atom' }),
    quot: (a, b) => ({ text: `${tight(a, 'product')} / ${tight(b, 'atom')}`, prec: 'product' }),
    fn: (name, args) => ({ text: `${FUNCTIONS[name]}(${args.map(({ text }) => text).join(', ')})`, prec: 'atom' }),
  });
}

/** The atoms that the size reads, in the order of its text. */
export function atomsIn(size: Size): readonly string[] {
  const atoms: string[] = [];
  sizeText(size, (name) => {
    if (!atoms.includes(name)) atoms.push(name);
    return name;
  });
  return atoms;
}
