import type { Factor, Power, Size, Term } from './normal.ts';

type Naming = (atom: string) => string;
const asIs: Naming = (atom) => atom;

/** As a program would write it: `2 * hidden`, `floor((t + 1) / 2)`, `model / heads`. */
export function showSize(s: Size, name: Naming = asIs): string {
  if (s.terms.length === 0) return '0';
  // A size that begins with a minus reads badly, so positive terms go first.
  const ordered = [...s.terms.filter((t) => t.coefficient > 0n), ...s.terms.filter((t) => t.coefficient < 0n)];
  let text = '';
  for (const term of ordered) {
    const minus = term.coefficient < 0n;
    text += text === '' ? (minus ? '-' : '') : minus ? ' - ' : ' + ';
    text += showTerm({ coefficient: minus ? -term.coefficient : term.coefficient, powers: term.powers }, name);
  }
  return text;
}

function showTerm(term: Term, name: Naming): string {
  const alone = term.coefficient === 1n && term.powers.length === 1;
  const parts = term.powers.map((p) => (alone ? showPower(p, name) : inProduct(p, name)));
  return (term.coefficient === 1n && parts.length > 0 ? parts : [`${term.coefficient}`, ...parts]).join(' * ');
}

function inProduct(p: Power, name: Naming): string {
  return p.exponent === 1 && p.base.kind === 'quot' ? `(${showFactor(p.base, name)})` : showPower(p, name);
}

function showPower({ base, exponent }: Power, name: Naming): string {
  if (exponent === 1) return showFactor(base, name);
  return `${isClosed(base) ? showFactor(base, name) : `(${showFactor(base, name)})`}^${exponent}`;
}

/** Does its text need no brackets anywhere? */
const isClosed = (f: Factor): boolean => f.kind === 'atom' || f.kind === 'div' || (f.kind === 'fn' && f.name !== 'pow');

export function showFactor(f: Factor, name: Naming = asIs): string {
  switch (f.kind) {
    case 'atom':
      return name(f.name);
    case 'div':
      return `floor(${operand(f.of, name)} / ${f.by})`;
    case 'quot':
      return `${operand(f.of, name)} / ${operand(f.by, name)}`;
    case 'fn':
      return showFunction(f, name);
  }
}

function showFunction({ name: fn, args }: Factor & { readonly kind: 'fn' }, name: Naming): string {
  if (fn === 'pow') return args.map((arg) => operand(arg, name)).join('^');
  const list = args.map((arg) => showSize(arg, name)).join(', ');
  return fn === 'log2ceil' ? `ceil(log2(${list}))` : fn === 'log2floor' ? `floor(log2(${list}))` : `${fn}(${list})`;
}

function operand(s: Size, name: Naming): string {
  const [term, ...others] = s.terms;
  const [power, ...more] = term?.powers ?? [];
  const simple =
    others.length === 0 &&
    more.length === 0 &&
    (power === undefined ? (term?.coefficient ?? 0n) >= 0n : term!.coefficient === 1n && power.exponent === 1 && isClosed(power.base));
  return simple ? showSize(s, name) : `(${showSize(s, name)})`;
}
