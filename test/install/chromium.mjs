/** A page in a Chromium of its own, driven over the pipe of its debugging protocol: no package is needed for it. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLACES = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--remote-debugging-pipe',
  '--window-size=900,700',
];
/** WebGPU on Chromium's own software driver. */
export const SOFTWARE_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

/** Where a Chromium is, or undefined. */
export function findChromium() {
  return PLACES.find((path) => path !== undefined && existsSync(path));
}

/** Opens `url`; `close` ends the browser and removes its profile. */
export async function openPage(url, flags = []) {
  const profile = mkdtempSync(join(tmpdir(), 'attnc-chromium-'));
  const child = spawn(findChromium(), [...FLAGS, ...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [, , , toBrowser, fromBrowser] = child.stdio;
  const waiting = new Map();
  const messages = [];
  let count = 0,
    rest = '';
  fromBrowser.setEncoding('utf8').on('data', (text) => {
    const parts = (rest + text).split('\0');
    rest = parts.pop();
    for (const part of parts) heard(JSON.parse(part));
  });
  function heard({ id, result, error, method, params }) {
    if (id !== undefined) {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error.message));
    } else if (method === 'Runtime.consoleAPICalled') {
      messages.push(`${params.type}: ${params.args.map((each) => each.value ?? each.description).join(' ')}`);
    } else if (method === 'Runtime.exceptionThrown') {
      messages.push(`exception: ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`);
    }
  }
  const send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      waiting.set(++count, { resolve, reject });
      toBrowser.write(`${JSON.stringify({ id: count, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium ended'));
    waiting.clear();
  });
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  for (const domain of ['Runtime', 'Page']) await send(`${domain}.enable`, {}, sessionId);
  await send('Page.navigate', { url }, sessionId);

  async function evaluate(expression) {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  return {
    messages,
    evaluate,
    /** The value of `expression` once it is one. */
    async value(expression, seconds) {
      for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
        const value = await evaluate(expression).catch(() => undefined);
        if (value !== undefined && value !== null) return value;
      }
      throw new Error(`${url}: nothing after ${seconds} s. ${messages.join(' | ')}`);
    },
    screenshot: async () => Buffer.from((await send('Page.captureScreenshot', { format: 'png' }, sessionId)).data, 'base64'),
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        // Asked, not killed: it ends its helpers first, which write into the profile.
        send('Browser.close').catch(() => undefined);
        const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await ended;
        clearTimeout(patience);
      }
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
