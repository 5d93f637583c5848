#!/usr/bin/env node
// `npm run demo`: installs what is missing, builds, and shows the whole road.
import { prepare } from '../compiler/cli/prepare.mjs';

const unprepared = prepare();
if (unprepared !== null) {
  console.error(unprepared);
  process.exit(1);
}
const { demo } = await import('../dist/compiler/cli/demo.js');
const { processIo } = await import('../dist/compiler/cli/io/io.js');
await demo(processIo());
