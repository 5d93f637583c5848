#!/usr/bin/env node
// The command `attnc`: starts the built program, or says that it is not built.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const main = new URL('../../dist/compiler/cli/main.js', import.meta.url);
// V8 optimises what runs for milliseconds, and undoes a third of it: in a command of two seconds that costs as much again as the
// work. It waits some ten times as long here; what a training runs by the million is optimised all the same. By V8's own version:
// the flags of one are not those of another.
const PATIENCE = {
  11: '--interrupt-budget=1000000',
  12: '--invocation-count-for-maglev=4000 --invocation-count-for-turbofan=30000',
  13: '--invocation-count-for-maglev=4000 --invocation-count-for-turbofan=30000',
};
const patience = PATIENCE[Number.parseInt(process.versions.v8, 10)];
// V8 lets the heap grow to twice what lives in it and more, for a few hundredths less time: text of a thousand blocks then takes
// half as much memory again.
const THRIFT = '--heap-growing-percent=20';

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
  if (patience !== undefined) setFlagsFromString(patience);
  if (process.argv[2] === 'compile') setFlagsFromString(THRIFT);
  // Where Node has it: compiled code is kept between runs.
  nodeModule.enableCompileCache?.();
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
}
