/** Pages made as docs/runtime.md says, by esbuild and by Vite, in a Chromium: each runs and trains a model on WASM and on WebGPU. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { openPage, SOFTWARE_GPU } from './chromium.mjs';

const PAGE = `import { fit, reportBackends, useBackend, type BackendName } from 'attnc/runtime';
import { Largest } from './model.ts';

const out = document.querySelector('pre')!;
const say = (line: string): void => { out.textContent += line + '\\n'; };
const name = (new URLSearchParams(location.search).get('backend') ?? 'auto') as BackendName | 'auto';
const draw = (random: () => number) => {
  const tokens = Array.from({ length: 5 }, () => Math.floor(10 * random()));
  return { tokens, answer: Math.max(...tokens) };
};
try {
  const active = await useBackend(name);
  say(\`backend \${active.name}: \${active.detail}\`);
  const model = new Largest({ seed: 1 });
  const test = Array.from({ length: 50 }, (_, k) => draw(() => ((k * 7919 + 13) % 97) / 97));
  const before = (await model.loss(test)).loss;
  say(\`loss before \${before.toFixed(4)}\`);
  const { steps } = await fit(model, { train: draw }, { batchSize: 16, steps: 15 });
  const { loss } = await model.loss(test);
  say(\`loss after \${steps} steps \${loss.toFixed(4)}\`);
  const [answer] = await model.forward([{ tokens: [3, 1, 4] }]);
  say(\`logits of 3 1 4: \${Array.from(answer!.logits.data, (x) => x.toFixed(3)).join(' ')}\`);
  const usable = (await reportBackends()).filter((each) => each.usable).map((each) => each.name);
  Object.assign(globalThis, { result: { name: active.name, detail: active.detail, steps, before, loss, usable } });
} catch (error) {
  say(String(error));
  Object.assign(globalThis, { result: { error: String(error) } });
}
`;
const HTML =
  '<!doctype html><meta charset="utf-8"><title>attnc in a page</title><body><h1>attnc in a page</h1><pre></pre><script type="module" src="./page.ts"></script></body>\n';
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

/** Serves a folder as the plainest server does. */
function serve(folder) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname.replace(/\/$/, '/index.html');
    try {
      const data = readFileSync(join(folder, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(data);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() })),
  );
}

function viteDev(folder, vite) {
  const child = spawn(process.execPath, [vite, '--host', '127.0.0.1', '--port', '5199', '--strictPort'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (data) => {
      said += data.toString();
      if (/ready in/.test(said)) resolve({ url: 'http://127.0.0.1:5199/', close: () => child.kill() });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', () => reject(new Error(`vite ended\n${said}`)));
  });
}

async function tried(how, { url, close }, screenshots) {
  const results = [];
  try {
    for (const backend of ['auto', 'wasm', 'webgpu']) {
      const page = await openPage(`${url}?backend=${backend}`, backend === 'auto' ? [] : SOFTWARE_GPU);
      try {
        const result = await page.value('globalThis.result', 180);
        writeFileSync(join(screenshots, `${how}-${backend}.png`), await page.screenshot());
        const expected = backend === 'auto' ? 'wasm' : backend;
        if (result.name !== expected || result.steps !== 15 || !(result.loss < result.before))
          throw new Error(`${how}, ${backend}: ${JSON.stringify(result)} ${page.messages.join(' | ')}`);
        if (backend === 'auto' && !page.messages.some((line) => line.startsWith("warning: attnc: the backend 'webgpu' cannot be used")))
          throw new Error(`${how}: auto does not say why it passes webgpu over: ${page.messages.join(' | ')}`);
        results.push(result);
      } finally {
        await page.close();
      }
    }
  } finally {
    close();
  }
  const losses = results.map(({ loss }) => loss);
  if (Math.max(...losses) - Math.min(...losses) > 1e-3) throw new Error(`${how}: backends differ: ${losses.join(', ')}`);
}

export async function pages({ folder, run, tools, screenshots }) {
  run('npx', 'attnc', 'init', 'm');
  run('npx', 'attnc', 'compile', 'm/model.attn', '--out', '.');
  rmSync(join(folder, 'm'), { recursive: true });
  writeFileSync(join(folder, 'page.ts'), PAGE);
  writeFileSync(join(folder, 'index.html'), HTML);
  const vite = join(tools, 'vite', 'bin', 'vite.js');

  mkdirSync(join(folder, 'public'));
  run(join(tools, '.bin', 'esbuild'), 'page.ts', '--bundle', '--format=esm', '--minify', '--outdir=public');
  writeFileSync(join(folder, 'public', 'index.html'), HTML.replace('page.ts', 'page.js'));
  await tried('esbuild', await serve(join(folder, 'public')), screenshots);
  rmSync(join(folder, 'public'), { recursive: true });

  run(process.execPath, vite, 'build');
  await tried('vite-build', await serve(join(folder, 'dist')), screenshots);
  await tried('vite-dev', await viteDev(folder, vite), screenshots);
}
