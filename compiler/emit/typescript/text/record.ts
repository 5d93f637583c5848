/** Records in emitted text: in one line, as far as they fit in one. */
import type { CodeBlockWriter } from 'ts-morph';
import { property } from '../../naming/names.ts';

/** Fields by name; what they are is text, or a record in turn. */
export interface WrittenRecord {
  /** `...` in place of a name: the fields of another record. */
  readonly fields: readonly (readonly [name: string, value: string | WrittenRecord])[];
}

export function record(names: Iterable<string>, value: (name: string) => string): WrittenRecord {
  return { fields: [...names].map((name) => [name, value(name)]) };
}

const LINE = 100;

/** @param most columns of a line */
export function writeRecord(writer: CodeBlockWriter, written: WrittenRecord, most = LINE): void {
  const line = inLine(written);
  if (line.length <= most) writer.write(line);
  else {
    writer.inlineBlock(() => {
      for (const [name, value] of written.fields) {
        if (typeof value === 'string') writer.write(field(name, value));
        else {
          writer.write(`${property(name)}: `);
          writeRecord(writer, value);
        }
        writer.write(',').newLine();
      }
    });
  }
}

function inLine({ fields }: WrittenRecord): string {
  const texts = fields.map(([name, value]) => (typeof value === 'string' ? field(name, value) : `${property(name)}: ${inLine(value)}`));
  return texts.length === 0 ? '{}' : `{ ${texts.join(', ')} }`;
}

function field(name: string, text: string): string {
  if (name === SPREAD) return `${SPREAD}${text}`;
  return text === name && property(name) === name ? name : `${property(name)}: ${text}`;
}

export const SPREAD = '...';
