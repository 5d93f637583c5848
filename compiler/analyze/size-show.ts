import type { Factor, Power, Size, Term } from './size-normal.ts';

type Naming = (atom: string) => string;
const asIs: Naming = (atom) => atom;

/** As a program would write it: `2 * hidden`, `(t + 1) div 2`, `model / heads`. */
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
  return p.exponent === 1 && (p.base.kind === 'div' || p.base.kind === 'quot') ? `(${showFactor(p.base, name)})` : showPower(p, name);
}

function showPower({ base, exponent }: Power, name: Naming): string {
  if (exponent === 1) return showFactor(base, name);
  return `${base.kind === 'atom' || base.kind === 'fn' ? showFactor(base, name) : `(${showFactor(base, name)})`}^${exponent}`;
}

export function showFactor(f: Factor, name: Naming = asIs): string {
  switch (f.kind) {
    case 'atom': return name(f.name);
    case 'div': return `${operand(f.of, name)} div ${f.by}`;
    case 'quot': return `${operand(f.of, name)} / ${operand(f.by, name)}`;
    case 'fn': return showFunction(f.name, f.args.map((a) => showSize(a, name)));
  }
}

function operand(s: Size, name: Naming): string {
  const term = s.terms[0];
  const simple = term === undefined
    || (s.terms.length === 1 && term.coefficient >= 0n && (term.powers.length === 0
      || (term.coefficient === 1n && term.powers.length === 1 && (term.powers[0]!.base.kind === 'atom' || term.powers[0]!.base.kind === 'fn'))));
  return simple ? showSize(s, name) : `(${showSize(s, name)})`;
}

const ROUNDED = /^(log2|sqrt)(ceil|floor)$/;

function showFunction(name: string, args: readonly string[]): string {
  const rounded = ROUNDED.exec(name);
  return rounded === null ? `${name}(${args.join(', ')})` : `${rounded[2]}(${rounded[1]}(${args.join(', ')}))`;
}
