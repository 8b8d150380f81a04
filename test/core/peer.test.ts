import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { StateError } from '../../lib/core/errors.js';
import { importPeer } from '../../lib/core/peer.js';

/** What Node throws when `import(name)` finds no such package. */
const notFound = (name: string): Error =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /app/index.js`), { code: 'ERR_MODULE_NOT_FOUND' });

describe('optional packages', () => {
  it('are given as they were loaded', async () => {
    const path = await importPeer('loadImage', 'node:path', () => import('node:path'));
    expect(path.join('a', 'b')).toBe('a/b');
  });

  it('that are missing are named with the command that installs them', async () => {
    const missing = importPeer('plot.curves', 'vega-lite', () => Promise.reject(notFound('vega-lite')));
    await expect(missing).rejects.toBeInstanceOf(StateError);
    await expect(missing).rejects.toThrow(
      "plot.curves: needs the package 'vega-lite', which is not installed; run npm install vega-lite",
    );
  });

  it('that are there but broken say why', async () => {
    const broken = importPeer('loadImage', 'sharp', () => Promise.reject(new Error('libvips is missing')));
    await expect(broken).rejects.toBeInstanceOf(StateError);
    await expect(broken).rejects.toThrow(
      "loadImage: the package 'sharp' does not load: libvips is missing; expected it to work; run npm install sharp again",
    );
    const inner = importPeer('loadImage', 'sharp', () => Promise.reject(notFound('color')));
    await expect(inner).rejects.toThrow("the package 'sharp' does not load: Cannot find package 'color'");
  });

  it('are recognised as missing by the error that Node throws', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'laminet-peer-'));
    try {
      const module = join(folder, 'user.mjs');
      await writeFile(module, "import 'laminet-no-such-package';");
      const missing = importPeer('loadImage', 'laminet-no-such-package', () => import(pathToFileURL(module).href));
      await expect(missing).rejects.toThrow('run npm install laminet-no-such-package');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
