/** Names of a program that mean something in TypeScript, or that the emitter makes itself: what is emitted stands in spite of them. */
import { describe, expect, it } from 'vitest';
import { unbracketed } from '../../compiler/emit/typescript/text/host.ts';
import { literal } from '../../compiler/emit/typescript/lowering/pieces.ts';
import { identifier, property } from '../../compiler/emit/naming/names.ts';
import { Sources } from '../../compiler/emit/naming/sources.ts';
import { compileFile, renderAll } from '../../compiler/index.ts';
import { complaints } from './complaints.ts';
import { load } from './support.ts';

/** Every module that a test here emits: TypeScript is asked once, of all of them. */
const modules = new Map<string, string>();

async function emitted(text: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const library = { standard: [], read: (path: string) => (path === 'program.attn' ? text : (files[path] ?? null)) };
  const { code, diagnostics, sources } = await compileFile('program.attn', library);
  if (code === null) throw new Error(renderAll(diagnostics, sources, { color: false, width: 100 }));
  modules.set(`names${modules.size}`, code);
  return code;
}

const classesOf = (module: string): string[] =>
  [...module.matchAll(/^export (?:class (\S+)|\{ \S+ as (\S+) \})/gm)].map(([, plain, renamed]) => (plain ?? renamed)!);

/** Words of JavaScript and TypeScript, globals, and what emitted modules say themselves. */
const WORDS = [
  'type',
  'any',
  'never',
  'unknown',
  'undefined',
  'null',
  'void',
  'object',
  'symbol',
  'string',
  'number',
  'boolean',
  'bigint',
  'arguments',
  'eval',
  'await',
  'async',
  'yield',
  'static',
  'let',
  'const',
  'var',
  'class',
  'function',
  'return',
  'new',
  'delete',
  'typeof',
  'instanceof',
  'in',
  'of',
  'for',
  'while',
  'do',
  'switch',
  'case',
  'default',
  'break',
  'continue',
  'try',
  'catch',
  'finally',
  'throw',
  'this',
  'super',
  'extends',
  'implements',
  'interface',
  'package',
  'private',
  'protected',
  'public',
  'enum',
  'export',
  'import',
  'debugger',
  'with',
  'declare',
  'namespace',
  'module',
  'require',
  'exports',
  'readonly',
  'keyof',
  'infer',
  'satisfies',
  'get',
  'set',
  'as',
  'is',
  'abstract',
  'globalThis',
  'window',
  'process',
  'console',
  'Array',
  'Math',
  'Number',
  'Infinity',
  'NaN',
  'Error',
  'Object',
  'Promise',
  'Symbol',
  'Map',
  'Set',
  'Record',
  'Readonly',
  'Float32Array',
  'Int32Array',
  'Proxy',
  'Reflect',
  'WeakMap',
  'JSON',
  'Date',
  'tf',
  'rt',
  'p',
  'n',
  'inputs',
  'lengths',
  'random',
  'memory',
  'previous',
  't',
  'beam',
  'metrics',
  'gradients',
  'running',
  'logp',
  'length',
  'epoch',
  'options',
  'models',
  'taps',
  'outputs',
  'batchSize',
  'value',
];
/** Those for constructs of which each takes its time. */
const FEW = [
  'type',
  'any',
  'undefined',
  'arguments',
  'eval',
  'await',
  'let',
  'class',
  'Array',
  'Math',
  'tf',
  'rt',
  'n',
  'inputs',
  'lengths',
  't',
  'batchSize',
];

describe('names inside a model', () => {
  const each = (words: readonly string[], line: (word: string, k: number) => string, between = ', '): string =>
    words.map(line).join(between);
  const trained = 'objective F for M given g_: [d] { loss = sum[d]((y_ - g_) ^ 2);  optimizer sgd(rate = 0.1) }';
  const programs: Readonly<Record<string, string>> = {
    dims: `dim ${each(WORDS, (word, k) => `${word} = ${k + 2}`)}\nmodel M(${each(WORDS, (word, k) => `x${k}: [${word}]`)}) -> y: [] {\n  y = ${each(WORDS, (word, k) => `sum[${word}](x${k} * ${word})`, ' + ')}\n}`,
    ragged: `dim ${each(FEW, (word) => `${word}: ragged`)}\nmodel M(${each(FEW, (word, k) => `x${k}: [${word}]`)}) -> y: [] {\n  y = ${each(FEW, (word, k) => `mean[${word}](x${k} / ${word})`, ' + ')}\n}`,
    inputs: `dim d = 3\nmodel M(${each(WORDS, (word) => `${word}: [d]`)}) -> y_: [d] {\n  y_ = ${each(WORDS, (word) => `tanh(${word})`, ' + ')}\n}`,
    parameters: `dim d = 3\nmodel M(x_: [d]) -> y_: [d] {\n  param ${each(WORDS, (word) => `${word}: [d]`)}\n  y_ = x_ * (${each(WORDS, (word) => word, ' + ')})\n}\n${trained}`,
    equations: `dim d = 3\nmodel M(x_: [d]) -> y_: [d] {\n  param w_: [d]\n  ${each(WORDS, (word, k) => `${word} = tanh(w_ * ${WORDS[k - 1] ?? 'x_'})`, '\n  ')}\n  y_ = ${WORDS.at(-1)}\n}\n${trained}`,
    outputs: `dim d = 3\nmodel M(x_: [d]) -> { ${each(WORDS, (word) => `${word}: [d]`)} } {\n  { ${each(WORDS, (word, k) => `${word} = x_ + ${k}`)} }\n}`,
    states: `dim d = 3, time_: ragged\nmodel M(x_: [time_, d]) -> y_: [d] {\n  param w_: [d]\n  y_ = (scan time_ with xt = x_ {\n    state ${FEW.join(', ')}: [d] = 0\n    ${each(FEW, (word, k) => `${word}' = tanh(xt * w_ + ${FEW[(k + 1) % FEW.length]})`, '\n    ')}\n    emit ${FEW[0]}'\n  })[time_ = last]\n}\n${trained}`,
    objectives: `dim d = 3\nmodel M(x_: [d]) -> y_: [d] { param w: [d];  y_ = w * x_ }\n${each([...FEW, 'Type', 'ty_pe', 'tyPe'], (word, k) => `objective ${word} for M given g${k}: [] { loss = g${k} * sum[d](y_);  metric ${word}_2 = sum[d](y_);  optimizer sgd(rate = 0.1) }`, '\n')}`,
  };

  it.each(Object.entries(programs))('%s', async (_what, text) => {
    expect(await emitted(text)).toContain('export class M ');
  });
});

describe('names of models', () => {
  /** A model and what it has beside its class: state and step, a stream, an objective. */
  const plain = (name: string): string =>
    `model ${name}(x: [d]) -> y: [d] { param w: [d];  y = w * x }\nobjective On${name} for ${name} given g: [d] { loss = sum[d]((y - g) ^ 2);  optimizer sgd(rate = 0.1) }`;
  const causal = (name: string): string =>
    `model ${name}(x: [time, d]) -> y: [time, d] causal time { y = scan time with xt = x { state s: [d] = 0;  s' = tanh(xt + s);  emit s' } }`;
  const decoding = (name: string): string => `model ${name}(c: [d]) generates y: index(words)[target] start 1 end 2 { D(c) }`;
  const shared = `dim d = 3, words = 5, time: ragged, target: ragged
decoder D(c: [d]) generates y: index(words)[target] start 1 end 2 { param table: [words, d];  state s: [d] = c;  s' = tanh(s + table[y]);  logits = s' @ table;  at most 4 }`;
  const given = (...models: readonly string[]): string => [shared, ...models].join('\n');

  const globals = [
    'Record',
    'Readonly',
    'Promise',
    'Array',
    'Float32Array',
    'Number',
    'Object',
    'Symbol',
    'Map',
    'Math',
    'NaN',
    'Infinity',
    'Error',
    'Tf',
    'Rt',
    'Exports',
    'Function',
    'String',
    'Reflect',
    'WeakMap',
  ];

  it('that are globals: the class has the name, and the module still reads the global', async () => {
    const module = await emitted(given(...globals.map(plain)));
    expect(classesOf(module)).toEqual(globals);
    expect(Object.keys(load(module))).toEqual(expect.arrayContaining(globals));
  });

  it('that are what the emitter would call a type or a function of another', async () => {
    const endings = [
      'Output',
      'Sizes',
      'State',
      'Input',
      'Target',
      'Dims',
      'Parameters',
      'Batch',
      'Results',
      'Memory',
      'StreamState',
      'Stream',
      'Place',
      'PlaceTensors',
      'LossResults',
      'StepResults',
      'Definition',
      'Forward',
      'Models',
      'Example',
      'Trained',
    ];
    for (const make of [plain, causal, decoding]) {
      const module = await emitted(
        given(
          ...(make === decoding ? [] : [plain('Z')]),
          make('M'),
          ...endings.map((ending) => `model M${ending}(x: [d]) -> y: [d] { y = 2 * x }`),
        ),
      );
      expect(classesOf(module)).toEqual(expect.arrayContaining(['M', ...endings.map((ending) => `M${ending}`)]));
      expect(module).toContain('export interface M_Input {');
      expect(module).toContain('export interface MOutputInput {');
    }
  });

  it('that differ only in what identifiers do not have: who is called just so keeps the name', async () => {
    const module = await emitted(given(...['m', 'M', 'my_model', 'myModel', 'MyModel', 'M2'].map(plain)));
    expect(classesOf(module).toSorted()).toEqual(['M', 'M2', 'M3', 'MyModel', 'MyModel2', 'MyModel3']);
    expect(module).toContain('export class M extends rt.Model<MDims');
  });

  it('in letters that TypeScript does not know yet: by their numbers', async () => {
    const [newer, old] = ['\u{10D50}\u{1C89}', 'größe変数'];
    const module = await emitted(
      `dim ${newer} = 3\nmodel ${newer}M(${newer}x: [${newer}]) -> ${newer}y: [${newer}] { param ${newer}w: [${newer}];  ${newer}y = ${newer}w * ${newer}x }\nmodel ${old}(x: [${newer}]) -> y: [${newer}] { y = 2 * x }`,
    );
    expect(classesOf(module)).toEqual(['U10D50u1C89M', 'Größe変数']);
  });

  it('of imported files that are alike: the class has the name of the import', async () => {
    const file = (factor: number): string => `model M(x: [d]) -> y: [d] { y = ${factor} * x }\ndim d = 3`;
    const module = await emitted(
      'import M as First, d from "./a.attn"\nimport M as Second from "./b.attn"\nmodel M(x: [d]) -> y: [d] { y = x + 1 }',
      { 'a.attn': file(2), 'b.attn': file(3) },
    );
    expect(classesOf(module)).toEqual(['First', 'Second', 'M']);
  });

  it('in letters that are neither small nor large: the class has the name, what is local another', async () => {
    const module = await emitted('dim d = 3\nmodel 語(x: [d]) -> y: [d] { y = 2 * x }');
    expect(classesOf(module)).toEqual(['語']);
    expect(module).toContain('const 語ModelDefinition: rt.Definition');
  });

  it('beside objectives over several', async () => {
    const joint = (name: string): string =>
      `objective ${name} for A: M, B: MModels { loss = sum[d](A(B(x))); optimizer sgd(rate = 0.1) }`.replace('{', 'given x: [d] {');
    const module = await emitted(
      given(
        'model M(x: [d]) -> y: [d] { param w: [d];  y = w * x }',
        'model MModels(x: [d]) -> y: [d] { param w: [d];  y = w * x }',
        joint('Both'),
        joint('both'),
        joint('Readonly'),
      ),
    );
    expect(classesOf(module)).toEqual(['M', 'MModels', 'Both', 'Both2', 'Readonly']);
  });
});

describe('text', () => {
  it('identifiers are made of what is left of a name', () => {
    expect([`s'`, 'len_q', 'a.b c', '_', '$', '', '2x', '\u0301x', 'x\u{10D50}'].map(identifier)).toEqual([
      'sNext',
      'lenQ',
      'aBC',
      'value',
      'value',
      'value',
      'v2x',
      'v\u0301x',
      'xu10D50',
    ]);
  });

  it('properties are bare where they can be', () => {
    expect(['a', '_a', 'a1', '1a', 'a b', '', 'a$', '$a', 'größe', `y'`].map(property)).toEqual([
      'a',
      '_a',
      'a1',
      `'1a'`,
      `'a b'`,
      `''`,
      `'a$'`,
      `'$a'`,
      'größe',
      `"y'"`,
    ]);
  });

  it('loses brackets around all of it alone', () => {
    expect(['(a + b)', '(a) + (b)', 'a + (b)', '((a))', '(a', 'f(a)', '(f(a) * (b))'].map(unbracketed)).toEqual([
      'a + b',
      '(a) + (b)',
      'a + (b)',
      '(a)',
      '(a',
      'f(a)',
      'f(a) * (b)',
    ]);
  });

  it('of a program is told by its position', () => {
    const sources = new Sources(new Map([['dir/m.attn', 'a = 1\n  b =  c +\n d // end']]));
    const origin = { file: 'dir/m.attn', start: 13, end: 19, name: null };
    expect([sources.place(origin), sources.line(origin), sources.expression(origin), sources.equation(origin)]).toEqual([
      'm.attn:2',
      'm.attn:2  b = c +',
      '`c + d` (m.attn:2)',
      'b',
    ]);
    const nowhere = { ...origin, file: '' };
    expect([sources.place(nowhere), sources.line(nowhere), sources.expression(nowhere), sources.equation(nowhere)]).toEqual([
      '',
      '',
      '`` ()',
      null,
    ]);
  });

  it('numbers are short, and in brackets where they begin with a sign', () => {
    expect([0, -0, 1.5, -2, 1e21, 1e-7, 1000000, 123456, NaN, Infinity, -Infinity].map(literal)).toEqual([
      '0',
      '0',
      '1.5',
      '(-2)',
      '1e21',
      '1e-7',
      '1e6',
      '123456',
      'NaN',
      'Infinity',
      '(-Infinity)',
    ]);
  });
});

it('TypeScript takes all of these modules', () => {
  expect(complaints(Object.fromEntries(modules))).toEqual([]);
});
