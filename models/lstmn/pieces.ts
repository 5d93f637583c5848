/** The declarations of Node's API (`models/gpt/corpus.ts`) as words, the known ones of which have a number. */
import { partOf, type Part } from '../gpt/corpus.ts';

/** Words and parts of names, such as `read`, `file`, `sync`, in small letters; numbers; ends of lines; other characters one by one. */
export function piecesOf(text: string): string[] {
  return (text.match(/\n|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|\S/g) ?? []).map((piece) => piece.toLowerCase());
}

export function filesOf(part: Part): { readonly file: string; readonly pieces: readonly string[] }[] {
  return partOf(part).map(({ file, text }) => ({ file, pieces: piecesOf(text) }));
}

/** The most frequent pieces. */
export class Vocabulary {
  readonly words: readonly string[];
  private readonly ids: ReadonlyMap<string, number>;

  /** @param reserved names of the first numbers, which no piece has */
  constructor(texts: Iterable<readonly string[]>, size: number, reserved: readonly string[]) {
    const counts = new Map<string, number>();
    for (const text of texts) for (const piece of text) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    const known = [...counts].sort((a, b) => b[1] - a[1]).slice(0, size - reserved.length);
    this.words = [...reserved, ...known.map(([piece]) => piece)];
    this.ids = new Map(known.map(([piece], k) => [piece, reserved.length + k]));
  }

  /** Null: it is not among them. */
  idOf(piece: string): number | null {
    return this.ids.get(piece) ?? null;
  }
}

/** Gives words that are not known names of their own, from `first` on, in a random order; the same word has the same name throughout. */
export class Namer {
  private readonly vocabulary: Vocabulary;
  private readonly free: number[];
  private readonly random: () => number;
  private readonly given = new Map<string, number>();

  constructor(vocabulary: Vocabulary, first: number, names: number, random: () => number) {
    this.vocabulary = vocabulary;
    this.free = Array.from({ length: names }, (_, k) => first + k);
    this.random = random;
  }

  /** What it is told as: unknown (0) where it has no name yet. */
  idOf(piece: string): number {
    return this.vocabulary.idOf(piece) ?? this.given.get(piece) ?? 0;
  }

  /** What it is read as: by a name from now on. */
  read(piece: string): number {
    if (this.idOf(piece) === 0 && this.free.length > 0)
      this.given.set(piece, this.free.splice(Math.floor(this.random() * this.free.length), 1)[0]!);
    return this.idOf(piece);
  }
}
