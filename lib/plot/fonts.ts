/** @file The font of all pictures: Arimo ships with the library, so that text does not vanish on a machine without fonts. */

import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { importPeer } from '../core/peer.js';

/** For SVG: Arimo has the widths of Helvetica and Arial, which browsers have. */
export const fontFamily = 'Arimo, Helvetica, Arial, sans-serif';

/** Beside the compiled file and beside the source: both lie two folders below the root. */
const fontConfig = fileURLToPath(new URL('../../assets/fonts/laminet.conf', import.meta.url));

type Sharp = typeof import('sharp');

/**
 * The sharp package, with fonts. Fontconfig reads its variable once, when text is drawn for the first time in the process; a value that
 * the user chose stays. A worker thread has a copy of the environment, which native code does not see: there, text needs a font of the
 * machine's own, unless the main thread drew or set FONTCONFIG_FILE before.
 *
 * @throws StateError when sharp is not installed.
 */
export async function importSharp(where: string): Promise<Sharp['default']> {
  env.FONTCONFIG_FILE ??= fontConfig;
  return (await importPeer(where, 'sharp', () => import('sharp'))).default;
}
