/** What `attnc explain WORD` finds besides codes: sections of docs/language.md, and blocks of the standard library. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '../../grammar/index.ts';
import { nodeLibrary, packageRoot } from './io/library.ts';

interface Topic {
  readonly name: string;
  readonly text: string;
}

/** The explanation of a word, and other words that can be looked up. */
export interface Topics {
  find(word: string): string | null;
  readonly names: readonly string[];
}

export function topics(): Topics {
  const sections = sectionsOf(readFileSync(join(packageRoot(), 'docs', 'language.md'), 'utf8'));
  const blocks = standardBlocks();
  const wordsOf = (text: string): readonly string[] => [...text.toLowerCase().matchAll(/[\p{L}\p{N}_]+/gu)].map(([word]) => word);
  return {
    names: [...new Set([...sections.flatMap(({ name }) => wordsOf(name)), ...blocks.map(({ name }) => name)])].filter(
      (name) => name.length > 2,
    ),
    find(word) {
      const asked = wordsOf(word).join(' ');
      if (asked === '') return null;
      const block = blocks.find(({ name }) => name === word) ?? blocks.find(({ name }) => name.toLowerCase() === asked);
      const section =
        sections.find(({ name }) => wordsOf(name).join(' ') === asked) ?? sections.find(({ name }) => wordsOf(name).includes(asked));
      return (section ?? block ?? mentioning(asked, sections))?.text ?? null;
    },
  };
}

/** The section that explains a word of the language: the one whose prose mentions it most often as code. */
function mentioning(word: string, sections: readonly Topic[]): Topic | null {
  const inCode = new RegExp(`\`[^\`\\n]*(?<![\\p{L}\\p{N}_])${word.replaceAll(' ', '[ _]')}(?![\\p{L}\\p{N}_])[^\`\\n]*\``, 'giu');
  const counted = sections.map((section) => ({
    section,
    count: section.text.replace(/^```[\s\S]*?^```/gmu, '').match(inCode)?.length ?? 0,
  }));
  const best = counted.reduce((most, each) => (each.count > most.count ? each : most));
  return best.count === 0 ? null : best.section;
}

/** Split at headings; lines in code blocks that look like headings are not. */
function sectionsOf(markdown: string): Topic[] {
  const starts: number[] = [];
  let fenced = false,
    at = 0;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    else if (!fenced && /^##+ /u.test(line)) starts.push(at);
    at += line.length + 1;
  }
  return starts.map((start, k) => {
    const text = `${markdown.slice(start, starts[k + 1]).trimEnd()}\n`;
    return { name: text.slice(0, text.indexOf('\n')).replace(/^#+ /u, ''), text };
  });
}

function standardBlocks(): Topic[] {
  const library = nodeLibrary();
  return library.standard.flatMap((path) => blocksOf(path, library.read(path)!));
}

/** The declarations of a file, each with its doc comment. */
export function blocksOf(path: string, text: string): Topic[] {
  return parse({ path, text }).module.items.flatMap((item): Topic[] => {
    if (item.kind !== 'declaration') return [];
    const doc =
      item.doc === null
        ? ''
        : `${item.doc
            .split('\n')
            .map((line) => `/// ${line}`.trimEnd())
            .join('\n')}\n`;
    return [
      {
        name: item.name.text,
        text: `# ${item.name.text}, in ${path}: needs no import\n\n${doc}${text.slice(item.span.start, item.span.end)}\n`,
      },
    ];
  });
}
