/** A process of its own that is killed: writes the checkpoints that it is given into a folder, again and again. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderStore } from '../../runtime/checkpoint/file.ts';

const [from, into] = process.argv.slice(2) as [string, string];
const checkpoints = readdirSync(from)
  .sort()
  .map((name) => new Uint8Array(readFileSync(join(from, name))));
const store = folderStore(into);
await store.claim!();
process.stdout.write('at work');
for (let k = 0; ; k++) {
  await store.save('last', checkpoints[k % checkpoints.length]!);
  await store.save('best', checkpoints[(k + 1) % checkpoints.length]!);
}
