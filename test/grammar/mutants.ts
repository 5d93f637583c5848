/** Programs as nobody would lay them out: lines joined, broken and commented wherever the language allows it. */

/** The next choice, from 0 to `most`. */
export type Choose = (most: number) => number;

const GAPS = [
  '\n',
  '\n\n',
  ' // short\n',
  '\n// a line of its own\n',
  ` // ${'long '.repeat(30)}\n`,
  '\n\n/// documents\n',
  '   ',
  ' // one\n// two\n\n',
] as const;

/** Around a name or number: what stands in brackets may be broken, and what opens a body is broken where it is long. */
const WRAPS: readonly ((x: string) => string)[] = [
  (x) => `(${x})`,
  (x) => `((${x}) + 1)`,
  (x) => `(1 @[d] (scan d with t = ${x} { state s: [] = learned; state u: int[] = 0; s' = tanh(1.5 + 0.5 * s); emit s' }))`,
  (x) => `(scan d with t = ${x} { state s: [] = 0; s' = t; emit s' })[d = last]`,
  (x) => `f[a, b](${x}, { k = ${x}, long_name_of_a_field = ${x} }, g(${x}))`,
  (x) => `(if ${x} > 0 then ${x} else first ${x} then match m { a { ${x} } b, c { 1 } })`,
  (x) => `[${x}, ${x}, (repeat 3 over l { emit ${x} })]`,
  (x) => `(${x} where ${x} mod 2 == 0 and not ${x} or ${x} < 1 else -${x} ^ 2)`,
  (x) => `a_name_that_takes_much_room_wherever_it_is_written_down * ${x}`,
  (x) => `${x}[upto d as e, k = last, a * b as c]`,
];

const TOKEN = /\/\/[^\r\n]*|"[^"\r\n]*"|[\p{L}_][\p{L}\p{M}\p{Nd}_]*'*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\.|->|<-|[=!<>]=|\s+|./gsu;

function oneOf<T>(all: readonly T[], choose: Choose): T {
  return all[choose(all.length - 1)]!;
}

/** Every token stays, but for operands, which may be wrapped. Half of what comes out is a program. */
export function mutant(text: string, choose: Choose): string {
  const [wraps, gaps, joins] = [choose(40), choose(40), choose(3)];
  let depth = 0;
  const gap = (token: string): string => {
    if (token.includes('\n') && joins > 0 && choose(3) === 0) return [' ', '; ', ' '][joins - 1]!;
    return choose(100) < gaps && (depth > 0 || token.includes('\n')) ? oneOf(GAPS, choose) : token;
  };
  return (text.match(TOKEN) ?? [])
    .map((token) => {
      if (token.startsWith('//')) return token;
      if (/^\s+$/.test(token)) return gap(token);
      if (/^[([]/.test(token)) depth++;
      if (/^[)\]]/.test(token)) depth--;
      const wrapped = /^[a-z0-9]\w*$/.test(token) && choose(400) < wraps ? oneOf(WRAPS, choose)(token) : token;
      const goesOn = depth > 0 || /^(?:[-+*/@,=|{]|->)$/.test(token);
      return goesOn && choose(200) < gaps ? wrapped + oneOf(GAPS, choose) : wrapped;
    })
    .join('');
}

/** The equations of programs that stand on one line. */
export function equations(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => /^ +[\w, ']+ = /.test(line) && !/[{([,]$/.test(line))
      .map((line) => line.trim()),
  );
}

export function expression(choose: Choose, depth: number): string {
  if (depth === 0) return oneOf(['x', '1', "h'", 'a_rather_long_name_of_something', '0.5', 'W @[model] x'], choose);
  return oneOf(WRAPS, choose)(`${expression(choose, depth - 1)}${choose(2) === 0 ? ` + ${expression(choose, depth - 1)}` : ''}`);
}

/** A body of up to `most` statements, laid out at random; `lines` are equations to take. */
export function body(lines: readonly string[], choose: Choose, most: number): string {
  const statement = (): string => {
    const made =
      choose(1) === 0
        ? oneOf(lines, choose)
        : `${'y'.repeat(1 + choose(4))}${' '.repeat(1 + choose(3))}= ${expression(choose, 1 + choose(1))}`;
    return choose(3) === 0 ? made : mutant(made, choose);
  };
  const statements = Array.from({ length: 1 + choose(most - 1) }, statement);
  return `block F(x: [a]) -> [a] {\n  ${statements.join(choose(2) === 0 ? '; ' : '\n  ')}\n}\n`;
}
