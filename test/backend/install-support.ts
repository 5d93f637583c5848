/** A folder for each test, and programs in it that stand in for python3, npm, c++ and the like. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

export interface Workplace {
  readonly folder: string;
  /** What there is here finds nothing but the stand-ins. */
  readonly env: NodeJS.ProcessEnv;
  /** A shell script under this name; it gives the path. */
  program(name: string, script: string): Promise<string>;
}

/** Made anew for every test of the file that calls this. */
export function workplace(): Workplace {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attnc-install-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    get env() {
      return { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
    },
    async program(name, script) {
      const path = join(folder, 'bin', name);
      await mkdir(join(folder, 'bin'), { recursive: true });
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
      return path;
    },
  };
}
