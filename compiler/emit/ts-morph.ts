/** ts-morph as the CommonJS that it is: before an `import` Node 20 reads its megabytes once more, in search of what they export. */
import { createRequire } from 'node:module';

export const { CodeBlockWriter, IndentationText, NewLineKind, Project, QuoteKind, StructureKind, ts } = createRequire(import.meta.url)(
  'ts-morph',
) as typeof import('ts-morph');
