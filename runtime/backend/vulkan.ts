/** Whether a Vulkan driver is installed on this Linux: asked before Dawn, which writes its own warnings where there is none. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the Vulkan loader looks for drivers (LoaderDriverInterface.md, "Driver Discovery on Linux"). */
export function hasVulkanDriver(env: NodeJS.ProcessEnv = process.env): boolean {
  if (['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'].some((name) => (env[name] ?? '') !== '')) return true;
  const lists = (value: string | undefined, fallback: string): string[] =>
    (value === undefined || value === '' ? fallback : value).split(':');
  const home = env.HOME ?? '/';
  const roots = [
    ...lists(env.XDG_CONFIG_HOME, join(home, '.config')),
    ...lists(env.XDG_CONFIG_DIRS, '/etc/xdg'),
    '/etc',
    ...lists(env.XDG_DATA_HOME, join(home, '.local/share')),
    ...lists(env.XDG_DATA_DIRS, '/usr/local/share:/usr/share'),
    '/usr/local/share',
    '/usr/share',
  ];
  return roots.some((root) => {
    try {
      return readdirSync(join(root, 'vulkan', 'icd.d')).some((file) => file.endsWith('.json'));
    } catch {
      return false;
    }
  });
}
