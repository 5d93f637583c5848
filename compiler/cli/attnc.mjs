#!/usr/bin/env node
// The command `attnc`: starts the built program, or says that it is not built.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('../../dist/compiler/cli/main.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`attnc: Node 20.19 or newer is needed, this is ${process.version}\n`);
  process.exitCode = 2;
} else if (!existsSync(main)) {
  process.stderr.write(
    `attnc: it is not built yet (there is no ${fileURLToPath(main)})\n  fix: run \`npm run build\` in the package's folder\n`,
  );
  process.exitCode = 2;
} else {
  // Where Node has it: compiled code is kept between runs.
  nodeModule.enableCompileCache?.();
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
}
