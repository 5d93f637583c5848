/** Random decoders over the whole axis: nothing they write sees what comes later, bit for bit, and their steps are the pass. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { bindings, oracle, parametersOf, relative, subject, type Input, type Target } from './support.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 12);

/** Text of a value over [target, d], given the names of those before. */
type Text = (names: readonly string[]) => string;

const expression: fc.Arbitrary<Text> = fc.letrec<{ value: Text }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat(9).map((k): Text => (names) => names[k % names.length]!),
    fc.tuple(fc.constantFrom('+', '-', '*'), tie('value'), tie('value')).map(([op, a, b]): Text => (names) => `(${a(names)} ${op} ${b(names)})`),
    fc.tuple(fc.constantFrom('tanh(Linear[d](•))', 'LayerNorm(•)', '0.3 * cumsum[target](•)', 'mean[key](•[upto target as key])', 'max[key <= target](0 * • * •[target as key] + •[target as key])'), tie('value'))
      .map(([form, a]): Text => (names) => form.replaceAll('•', a(names).replace(/^(?!\w+$)(.*)$/su, '($1)'))),
    fc.tuple(fc.integer({ min: 1, max: 3 }), tie('value')).map(([n, a]): Text => (names) => `((${a(names)})[target = position[target] - ${n}] else 0.1)`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]): Text => (names) => `ScaledDot(${a(names)}, (${b(names)})[target as key], (${b(names)})[target as key])`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]): Text => (names) => `MultiHead[2](${a(names)}, Linear[d]((${b(names)})[upto target as key]))`),
    tie('value').map((a): Text => (names) => `Dot(${a(names)}, m, m)`),
    tie('value').map((a): Text => (names) => `(scan target with xt = ${a(names)} { state h: [d] = mean[source](m);  h' = tanh(xt + 0.5 * h);  emit h' })`),
  ),
})).value;

const program = (values: readonly Text[]): string => {
  const names = ['x'];
  const lines = values.map((value, k) => {
    const line = `  v${k} = ${value(names)}`;
    names.push(`v${k}`);
    return line;
  });
  return `dim source: ragged, target: ragged
dim words = 9, d = 4
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  x = table[y]
${lines.join('\n')}
  logits = (${names.join(' + ')}) @ table
  at most 6
}
model Parallel(tokens: index(words)[source]) generates y: index(words)[target] { param E: [words, d];  Write(E[tokens]) }
`;
};

const examples: readonly (Input & Target)[] = [{ tokens: [3, 7, 1], y: [3, 5, 4, 8, 2] }, { tokens: [8], y: [4, 2] }];

describe('random decoders over the whole axis', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('mean what the oracle computes place by place, look at nothing later, and step as they are taught', async () => {
    let count = 0;
    await fc.assert(fc.asyncProperty(fc.array(expression, { minLength: 1, maxLength: 3 }), async (values) => {
      const { program: lowered, create } = await subject(`fuzzed-${count++}`, new Map(), program(values));
      const model = create({ seed: 3 });
      const parameters = await parametersOf(model);
      const outputs = await model.forward(examples);
      const logits = lowered.outputs.get('logits')!;
      for (const [k, example] of examples.entries()) {
        const [expected] = oracle([logits], bindings(model, parameters, example));
        expect(relative(outputs[k]!['logits']!.data, expected!.data)).toBeLessThan(1e-3);
      }
      const [example] = examples as readonly [Input & Target];
      for (let t = 0; t < 4; t++) {
        const [changed] = await model.forward([{ ...example, y: Array.from(example.y, (id, k) => (k === t ? (id === 6 ? 7 : 6) : id)) }]);
        const [plain] = await model.forward([example]);
        expect(changed!['logits']!.data.slice(0, (t + 1) * 9)).toEqual(plain!['logits']!.data.slice(0, (t + 1) * 9));
      }
      const decoding = model.encode(examples);
      for (let t = 0; t < 5; t++) {
        const step = await decoding.step(examples.map(({ y }) => (t === 0 ? 1 : (y[t - 1] ?? 0))));
        for (const [k, { y }] of examples.entries()) {
          if (t < y.length) expect(relative(step.logits.data.slice(k * 9, (k + 1) * 9), outputs[k]!['logits']!.data.slice(t * 9, (t + 1) * 9)), `place ${t}`).toBeLessThan(1e-3);
        }
      }
      decoding.dispose();
      model.dispose();
    }), { numRuns: runs, seed: Number(process.env['FUZZ_SEED'] ?? 1) });
  }, 300_000);
});
