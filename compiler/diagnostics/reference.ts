import { catalogue, explanation } from './catalogue.ts';

/** The text of `docs/diagnostics.md`. */
export function diagnosticsReference(): string {
  const entries = Object.entries(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  const index = entries.map(([code, e]) => `| [${code}](#${code.toLowerCase()}) | ${e.title} | ${e.phase} |`).join('\n');
  const sections = entries.map(([code, e]) => `## ${code}\n\n**${e.title}** (${e.phase})\n\n${explanation(e)}\n`).join('\n');
  return `# Diagnostics

Generated from the catalogue of the compiler (\`compiler/diagnostics/catalogue\`); \`attnc explain CODE\` prints one entry.
Codes that begin with E are errors, those with W are warnings. Under a message stand \`expected\` and \`given\`, always in this order, and why the two had to agree.
Most examples are excerpts, cut down to the place in question: they name dims, blocks and values that are declared elsewhere, and do not compile alone.

| code | what | part |
|---|---|---|
${index}

${sections}`;
}
