/** Lines of a function's text. */

/** Columns of a line, as far as calls can be parted. */
export const WIDTH = 120;

/** What stands around and between what is alike. */
export interface Around {
  readonly front: string;
  readonly between: string;
  readonly back: string;
}

export class Lines {
  readonly all: { depth: number; text: string }[] = [];

  write(depth: number, text: string): void {
    this.all.push({ depth, text });
  }

  /** What is alike, as much of it in a line as fits. */
  packed(depth: number, items: readonly string[], { front, between, back }: Around): void {
    const line: string[] = [];
    const text = (more: readonly string[]): string => `${front}${[...line, ...more].join(between)}${back}`;
    const write = (): void => {
      if (line.length > 0) this.write(depth, text([]));
      line.length = 0;
    };
    for (const item of items) {
      if (2 * depth + text([item]).length > WIDTH) write();
      line.push(item);
    }
    write();
  }

  /** In one line, or else as much of it in each as fits. */
  list(depth: number, front: string, items: readonly string[], back: string): void {
    const line = `${front} ${items.join(', ')} ${back}`;
    if (2 * depth + line.length <= WIDTH) this.write(depth, line);
    else {
      this.write(depth, front);
      this.packed(depth + 1, items, { front: '', between: ', ', back: ',' });
      this.write(depth, back);
    }
  }
}
