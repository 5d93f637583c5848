/** Dims, options, models and objectives of another file. */
import { describe, expect, it } from 'vitest';
import { loadModules } from '../../compiler/analyze/modules/modules.ts';
import { check, type LowerOptions } from '../../compiler/analyze/programs/program.ts';
import { Problems } from '../../compiler/diagnostics/diagnostic.ts';
import { compile, libraryOf } from './support.ts';

const FILES = {
  'tagger.attn': `dim source: ragged, words = 9, embed = 4, double = 2 * embed, layers = 2
option act = tanh | relu
option gain = 0.5
encoder Read(tokens: index(words)[source]) -> [source, double] {
  param table: [words, embed]
  x = Linear[double](table[tokens])
  repeat layers { x = gain * x }
  match act { tanh { tanh(x) }  relu { relu(x) } }
}
model Tagger(tokens: index(words)[source]) -> score: [source, words] { unread = Read(tokens);  Linear[words](unread) }
objective Tagging for Tagger given t: index(words)[source] { loss = mean[source](cross_entropy[words](score, t));  optimizer sgd(rate = 0.1) }`,
  'middle.attn':
    'import Read, source, words, double from "./tagger.attn"\nencoder Twice(tokens: index(words)[source]) -> [source, double] { 2 * Read(tokens) }',
  'other.attn':
    'dim source: ragged, words = 9\nencoder Read(tokens: index(words)[source]) -> [source] { sum[words](onehot[words](tokens)) }',
};

const checked = (text: string, set: Readonly<Record<string, string | number>> = {}) => {
  const options: LowerOptions = { set: new Map(Object.entries(set)) };
  const { diagnostics, programs } = compile(text, options, FILES);
  return {
    said: diagnostics.map(({ code, message }) => `${code} ${message}`),
    programs: programs.map((program) => ({
      name: program.name,
      dims: program.hyperparameters.map(({ dim, value }) => `${dim.label} = ${value}`),
      fixed: program.fixed.map(({ dim, value }) => `${dim.label} = ${value}`),
      ragged: program.ragged.map(({ label }) => label),
      objectives: program.objectives.map(({ name }) => name),
      file: program.file,
    })),
  };
};

describe('imports of dims, options, models and objectives', () => {
  it('an imported model is emitted, with the dims that are imported, trained by what is imported', () => {
    expect(checked('import Tagger from "./tagger.attn"').programs).toEqual([
      { name: 'Tagger', dims: [], fixed: [], ragged: ['source'], objectives: [], file: 'tagger.attn' },
    ]);
    const whole = checked('import Tagger, Tagging, words as vocabulary, embed, layers from "./tagger.attn"', { vocabulary: 20, layers: 3 });
    expect(whole).toEqual({
      said: [],
      programs: [
        {
          name: 'Tagger',
          dims: ['vocabulary = 20', 'embed = 4', 'layers = 3'],
          fixed: [],
          ragged: ['source'],
          objectives: ['Tagging'],
          file: 'tagger.attn',
        },
      ],
    });
  });

  it('an imported dim is that dim, however it comes', () => {
    const text = (names: string): string =>
      `import Twice from "./middle.attn"\nimport ${names} from "./tagger.attn"\nmodel M(tokens: index(words)[source]) -> [double] { mean[source](Twice(tokens)) }`;
    expect(checked(text('source, words, double, embed'))).toMatchObject({
      said: [],
      programs: [{ dims: ['words = 9', 'embed = 4'], ragged: ['source'] }],
    });
    // What `double` is made of stays as it is where it is not imported.
    expect(checked(text('source, words, double'), { words: 12 })).toMatchObject({ said: [], programs: [{ dims: ['words = 12'] }] });
    expect(checked(`dim words = 9\n${text('source, double')}`).said).toEqual(['E0306 `tokens` holds positions on another dim']);
  });

  it('an imported dim has the name that it is imported under, in calls of what its file declares, too', () => {
    const text = `import words as vocabulary, source as place, double as wide, Read from "./tagger.attn"
      model M(tokens: index(vocabulary)[place]) -> [place, wide] { Read(tokens) }`;
    expect(checked(text)).toMatchObject({ said: [], programs: [{ dims: ['vocabulary = 9'], ragged: ['place'] }] });
  });

  it('an own option is not a setting of another file that has one of the same name', () => {
    const text = (choices: string): string => `import Read, source, words, double from "./tagger.attn"
      option act = ${choices}
      model M(tokens: index(words)[source]) -> [] { x = mean[source](Read(tokens));  match act { none { sum[double](x) }  some { max[double](x) } } }`;
    expect(checked(text('none | some'), { act: 'some' }).said).toEqual([]);
    expect(checked(text('none | some'), { act: 'relu' }).said).toEqual(['E0209 `relu` is not a value of the option `act`']);
  });

  it('dims of one name in two files are two dims', () => {
    const { said } = checked(
      'import Read from "./other.attn"\nimport source, words from "./tagger.attn"\nmodel M(tokens: index(words)[source]) -> [source] { Read(tokens) }',
    );
    expect(said).toEqual(['E0306 `tokens` holds positions on another dim']);
  });

  it('an objective reads the model, then the names of its own file', () => {
    const { said, programs } = checked(
      `import Tagger, source, words from "./tagger.attn"
      dim weights = 2
      block Weigh(x: []) -> [] { weights * x }
      objective Mine for Tagger given t: index(words)[source] { loss = Weigh(mean[source](cross_entropy[words](score, t) + 0 * sum[double](unread)));  optimizer sgd(rate = 0.1) }`,
      { weights: 5 },
    );
    expect(said).toEqual([]);
    expect(programs).toMatchObject([{ objectives: ['Mine'], dims: ['words = 9', 'weights = 5'] }]);
  });

  it('an option is set under the name that it has here, and all of its choices are checked', () => {
    const text = 'import Tagger, act as how, gain from "./tagger.attn"';
    expect(checked(text, { how: 'relu', gain: 0.3 }).said).toEqual([]);
    expect(checked(text, { act: 'relu' }).said).toEqual(['E0201 there is no dim or option to set `act`']);
    expect(checked(text, { how: 'sigmoid' }).said).toEqual(['E0209 `sigmoid` is not a value of the option `how`']);
    const broken = { 'a.attn': 'option act = tanh | relu\nblock F(x: [d]) -> [d] { match act { tanh { tanh(x) }  relu { rely(x) } } }' };
    const { diagnostics } = compile(
      'import F, act as how from "./a.attn"\nblock G(x: [d]) -> [d] { match how { tanh { F(x) }  relu { x } } }',
      {},
      broken,
    );
    expect(diagnostics.map(({ code, place }) => `${code} ${place.file}`)).toEqual(['E0201 a.attn']);
  });

  it('what is not there, twice there, or not for this file', () => {
    expect(checked('import wrds from "./tagger.attn"').said).toEqual(['E0208 `tagger.attn` declares no `wrds`']);
    expect(checked('import words from "./tagger.attn"\ndim words = 3\nmodel M(x: [words]) -> [words] { x }').said).toEqual([
      'E0203 `words` is defined twice',
    ]);
    expect(checked('import words from "./middle.attn"').said).toEqual(['E0208 `middle.attn` declares no `words`']);
  });

  it('an objective without its model trains nothing', () => {
    expect(checked('import Tagging from "./tagger.attn"').said).toContain('W0201 the import `Tagging` is read by nothing');
    expect(checked('import Tagger, Tagging from "./tagger.attn"').said).toEqual([]);
  });

  it('a dim of the same name in another file does not read this one', () => {
    const files = {
      'a.attn': 'import spare from "./b.attn"\nblock F(x: [k]) -> [k] { spare * x }',
      'b.attn': 'dim spare = 2',
    };
    const { diagnostics } = compile('import F from "./a.attn"\ndim d = 3, spare = 4\nmodel M(x: [d]) -> [d] { F(x) }', {}, files);
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual(['W0201 the dim `spare` is read by nothing']);
  });

  it('an objective that calls its models brings them along', () => {
    const file =
      'dim d = 3\nmodel G(x: [d]) -> [d] { tanh(x) }\nmodel D(x: [d]) -> [d] { param w: [d];  w * x }\nobjective H for G, D given x: [d] { loss = sum[d](D(G(x)));  optimizer sgd(rate = 0.1) }';
    const { diagnostics, programs } = compile('import H from "./a.attn"\ndim e = 2\nmodel N(x: [e]) -> [e] { x }', {}, { 'a.attn': file });
    expect(diagnostics).toEqual([]);
    expect(programs.map(({ name }) => name)).toEqual(['N', 'G', 'D', 'H']);
  });

  it('what is imported twice goes by its first name', () => {
    const text =
      'import Tagger, words, words as vocabulary, embed from "./tagger.attn"\nmodel M(x: [vocabulary], z: [words]) -> [vocabulary] { x + z[words as vocabulary] }';
    expect(checked(text, { words: 12 })).toMatchObject({
      said: [],
      programs: [{ dims: ['words = 12', 'embed = 4'] }, { dims: ['words = 12', 'embed = 4'] }],
    });
    expect(checked(text, { vocabulary: 12 }).said).toEqual(['E0201 there is no dim or option to set `vocabulary`']);
  });

  it('the library may be named with its ending, and from folders beside', () => {
    expect(checked('import GRU from "std/cells.attn"\nblock B(x: [h]) -> [h] { GRU(x, x) }').said).toEqual([]);
    expect(
      checked(
        'import Twice from "././middle"\nimport source, words, double from "./tagger.attn"\nencoder E(tokens: index(words)[source]) -> [source, double] { Twice(tokens) }',
      ).said,
    ).toEqual([]);
    const { diagnostics } = compile(
      'import F from "../lib/../far/f.attn"\nblock B(x: [k]) -> [k] { F(x) }',
      {},
      { '../far/f.attn': 'block F(x: [k]) -> [k] { 2 * x }' },
    );
    expect(diagnostics).toEqual([]);
  });

  it('an objective for a model of a file that is not there is one error', () => {
    expect(checked('import M from "./nowhere.attn"\nobjective O for M { loss = 1;  optimizer sgd(rate = 1) }').said).toEqual([
      'E0206 there is no file `nowhere.attn` to import',
    ]);
    expect(checked('import M, N from "./tagger.attn"\nobjective O for M { loss = 1;  optimizer sgd(rate = 1) }').said).toEqual([
      'E0208 `tagger.attn` declares no `M`',
      'E0208 `tagger.attn` declares no `N`',
    ]);
  });

  it('where nothing can be set, a setting is told so; a near name is named', () => {
    const setting = (text: string, set: Readonly<Record<string, number>>): unknown =>
      compile(text, { set: new Map(Object.entries(set)) })
        .diagnostics.filter(({ severity }) => severity === 'error')
        .map(({ code, expected, fix }) => [code, expected, fix]);
    expect(setting('dim source: ragged\nmodel M(x: [source]) -> [source] { x }', { nope: 3 })).toEqual([['E0201', undefined, undefined]]);
    expect(setting('dim words = 9, d = 2\nmodel M(x: [words, d]) -> [words, d] { x }', { wrods: 3 })).toEqual([
      ['E0201', '`words`, `d`', 'did you mean `words`?'],
    ]);
  });

  it('there are no modules where there is no file', () => {
    expect(loadModules('nowhere.attn', libraryOf({}), new Problems())).toBeNull();
  });

  it('a decoder by itself is a model, but not one that takes a map', () => {
    const alone = (params: string, use: string): readonly string[] => {
      const problems = new Problems();
      const text = `dim words = 9, d = 3, target: ragged\ndecoder D(c: [d]${params}) generates y: index(words)[target] start 1 end 2 { state s: [d] = c;  s' = s;  logits = Linear[words](${use}) }`;
      const made = check(loadModules('main.attn', libraryOf({ 'main.attn': text }), problems)!, {}, problems);
      expect(problems.errors).toBe(0);
      return made!.alone.map(({ name }) => name);
    };
    expect(alone('', 's')).toEqual(['D']);
    expect(alone(', W: [d <- d]', 'W @ s')).toEqual([]);
  });

  it('a file of dims alone is there for others', () => {
    expect(checked('dim words = 9, embed = 4').said).toEqual([]);
  });
});
