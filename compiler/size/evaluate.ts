import { applyFunction, floorDivide, SizeError, type Factor, type Size } from './normal.ts';
import { showFactor, showSize } from './show.ts';

const MAX_BITS = 4096;

/** The exact value of a size. Throws `SizeError`, which names the atom without a whole value or the quotient with a remainder. */
export function evaluate(s: Size, values: (atom: string) => number): number {
  const result = Number(value(s, values));
  if (!Number.isSafeInteger(result)) throw new SizeError(`${showSize(s)} is too large a number`);
  return result;
}

function value(s: Size, values: (atom: string) => number): bigint {
  let sum = 0n;
  for (const term of s.terms) {
    let product = term.coefficient;
    for (const { base, exponent } of term.powers) {
      const one = factorValue(base, values);
      if (one.toString(2).length * exponent > MAX_BITS && one * one > 1n) throw new SizeError(`${showSize(s)} is too large a number`);
      product *= one ** BigInt(exponent);
    }
    sum += product;
  }
  return sum;
}

function factorValue(f: Factor, values: (atom: string) => number): bigint {
  switch (f.kind) {
    case 'atom': {
      const given = values(f.name);
      if (!Number.isSafeInteger(given)) throw new SizeError(`the size ${f.name} has no whole value (it is ${given})`, f.name);
      return BigInt(given);
    }
    case 'div':
      return floorDivide(value(f.of, values), f.by);
    case 'quot': {
      const of = value(f.of, values),
        by = value(f.by, values);
      if (by === 0n || of % by !== 0n)
        throw new SizeError(`${showFactor(f)} is not whole: ${showSize(f.of)} is ${of}, ${showSize(f.by)} is ${by}`);
      return of / by;
    }
    case 'fn': {
      const args = f.args.map((a) => value(a, values));
      const result = applyFunction(f.name, args);
      if (typeof result === 'bigint') return result;
      throw new SizeError(`${showFactor(f)} has no value: ${showSize(f.args[result.at]!)} is ${args[result.at]}, ${result.fault}`);
    }
  }
}
