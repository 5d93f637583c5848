/** The part `std`: every block of the standard library in a model of its own, ragged, masked and lifted in turn, with values at the edges. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxisExpr, Declaration, Param, TypeExpr } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { build, isRefused } from './build.ts';
import { Chance } from './chance.ts';
import type { Values } from './data.ts';
import { attackBuilt, type ProgramsOptions } from './programs.ts';
import type { CounterExample } from './tally.ts';

const folder = fileURLToPath(new URL('../../models/std/', import.meta.url));

interface Block {
  readonly declaration: Declaration;
  readonly file: string;
  /** Dims of its file, by name: they are not formals. */
  readonly dims: ReadonlyMap<string, string>;
  readonly options: readonly { readonly name: string; readonly choices: readonly string[] }[];
}

export function standardBlocks(): readonly Block[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.attn'))
    .sort()
    .flatMap((name): Block[] => {
      const text = readFileSync(folder + name, 'utf8');
      const { items } = parse({ path: `std/${name}`, text }).module;
      const dims = new Map(
        items.flatMap((item) =>
          item.kind === 'dim' ? item.dims.map((dim): [string, string] => [dim.name.text, text.slice(item.span.start, item.span.end)]) : [],
        ),
      );
      const options = items.flatMap((item) =>
        item.kind === 'option' && item.value.kind === 'choice'
          ? [{ name: item.name.text, choices: item.value.choices.map((choice) => choice.text) }]
          : [],
      );
      return items.flatMap((item) =>
        item.kind === 'declaration' ? [{ declaration: item, file: `std/${name.replace('.attn', '')}`, dims, options }] : [],
      );
    });
}

/** A wrapper of one block: which of its axes are ragged, which arguments are lifted, masked and left out. */
class Wrapper {
  readonly #block: Block;
  readonly #chance: Chance;
  readonly #ragged: boolean;
  readonly #masked: 'no' | 'yes' | 'filled';
  readonly #labels = new Set<string>();
  readonly #inputs: string[] = [];
  readonly #params: string[] = [];

  constructor(block: Block, chance: Chance, ragged: boolean, masked: 'no' | 'yes' | 'filled') {
    this.#block = block;
    this.#chance = chance;
    this.#ragged = ragged;
    this.#masked = masked;
  }

  #axes(axes: readonly AxisExpr[]): readonly string[] {
    return axes.map(({ label }) => {
      this.#labels.add(label.text);
      return label.text;
    });
  }

  #argument({ name, type }: Param): string {
    if (type.kind === 'map') {
      const map = `W_${name.text}`;
      this.#params.push(`param ${map}: [${this.#axes(type.out).join(', ')} <- ${this.#axes(type.in).join(', ')}]`);
      return map;
    }
    const own = this.#axes(type.axes);
    const lifted = this.#chance.is(0.5) ? ['rows', ...own] : own;
    const elem = type.elem.kind === 'index' ? `index(${type.elem.of.text})` : type.elem.kind === 'float' ? '' : type.elem.kind;
    if (type.elem.kind === 'index') this.#labels.add(type.elem.of.text);
    this.#inputs.push(`${name.text}0: ${elem}[${lifted.join(', ')}]`);
    if (this.#masked === 'no' || type.elem.kind !== 'float' || own.length === 0 || this.#chance.is(0.4)) return `${name.text}0`;
    const mask = `${name.text}_ok`;
    this.#inputs.push(`${mask}: bool[${this.#chance.pick(own)}]`);
    return `(${name.text}0 where ${mask})`;
  }

  #statics(): string {
    const bound = new Set([...this.#labels]);
    const given = this.#block.declaration.statics.flatMap(({ name, value, group }): string[] => {
      if (value === null) {
        if (bound.has(name.text) && !group) return [];
        this.#labels.add(name.text);
        return group && bound.has(name.text) ? [] : [name.text];
      }
      return value.kind === 'number' && value.value >= 2 ? [`${name.text} = ${name.text === 'heads' ? this.#chance.pick([1, 2]) : 2}`] : [];
    });
    const chosen = this.#block.options.flatMap(({ name, choices }) =>
      this.#chance.is(0.7) ? [`${name} = ${this.#chance.pick(choices)}`] : [],
    );
    const all = [...given, ...chosen];
    return all.length === 0 ? '' : `[${all.join(', ')}]`;
  }

  text(): string {
    const { declaration, dims } = this.#block;
    const args = declaration.params.filter(({ value }) => value === null || this.#chance.is(0.5)).map((param) => this.#argument(param));
    // What no input has in front is lifted all the same.
    if (!this.#inputs.some((input) => input.includes('[rows'))) this.#inputs.push('more: [rows]');
    const statics = this.#statics();
    const call = `${declaration.name.text}${statics}(${args.join(', ')})`;
    const filled = this.#masked === 'filled' ? ' else 0.1' : '';
    const { result } = declaration;
    const lines: string[] = [...this.#params];
    const summed = (value: string, type: TypeExpr): string => {
      const axes = type.kind === 'map' ? [...type.out, ...type.in] : type.axes;
      const labels = axes.map(({ label }) => label.text);
      const tensor = type.kind === 'map' && labels.some((label, k) => labels.indexOf(label) !== k) ? `plain(${value})` : value;
      const one = type.kind === 'tensor' && type.elem.kind === 'bool' ? `(if ${tensor} then 1.0 else 0.0)` : tensor;
      return labels.length === 0 ? `(${one}${filled})` : `sum[${labels.join(', ')}](${one}${filled})`;
    };
    lines.push(`r = ${call}`);
    if (result === null) lines.push('y = r * ones[rows]');
    else if (result.kind === 'record')
      lines.push(`y = (${result.fields.map(({ name, type }) => summed(`r.${name.text}`, type)).join(' + ')}) * ones[rows]`);
    else lines.push(`y = ${summed('r', result.type)} * ones[rows]`);
    const sizes = [...this.#labels]
      .filter((label) => !dims.has(label))
      .map((label) =>
        this.#ragged && this.#chance.is(0.5) ? `dim ${label}: ragged` : `dim ${label} = ${this.#chance.pick([2, 2, 1, 4])}`,
      );
    const own = [...new Set(dims.values())].filter((text) =>
      [...dims.keys()].some((name) => this.#labels.has(name) && text.includes(name)),
    );
    const imported =
      own.length === 0 ? '' : `import ${[...dims.keys()].filter((name) => this.#labels.has(name)).join(', ')} from "${this.#block.file}"\n`;
    return `${imported}dim rows: ragged
${sizes.join('\n')}
model M(${this.#inputs.join(', ')}) -> y: [rows] {
  ${lines.join('\n  ')}
}
objective Fit for M { loss = mean[rows](y);  optimizer sgd(rate = 0.1) }
`;
  }
}

const VALUES: readonly Values[] = ['mild', 'extreme', 'mild', 'zero', 'equal', 'huge'];

export async function attackBlock(seed: number, at: number, options: ProgramsOptions): Promise<CounterExample | null> {
  const blocks = standardBlocks();
  const block = blocks[at % blocks.length]!;
  const { declaration } = block;
  for (const [ragged, masked] of [
    [true, 'yes'],
    [true, 'filled'],
    [false, 'yes'],
    [false, 'filled'],
    [true, 'no'],
    [false, 'no'],
  ] as const) {
    for (let attempt = 0; attempt < 6; attempt++) {
      const text = new Wrapper(block, new Chance(seed, at, attempt), ragged, masked).text();
      const built = await build(options.texts, text);
      if (isRefused(built)) {
        if (process.env.ATTACK_WHY !== undefined)
          console.error(`${text}\n${built.diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n')}`);
        continue;
      }
      options.tally.count(`std ${declaration.name.text}`);
      options.tally.count('blocks of std');
      return attackBuilt('std', built, VALUES[Math.floor(at / blocks.length) % VALUES.length]!, seed, at, options);
    }
  }
  options.tally.count(`std not wrapped ${declaration.name.text}`);
  return null;
}
