/** @file Optional packages: imported when a function needs them, with an error that says how to install them. */

import { StateError } from './errors.js';

/** Whether the package itself was not found, not one that it imports. */
const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
  error.message.includes(`'${name}'`);

/**
 * The module of an optional package.
 *
 * @param where - the function that needs it, for errors
 * @param name - the package, as npm knows it
 * @param load - the import itself, so that the compiler sees the module's types: `() => import('sharp')`
 * @throws StateError when the package is not installed (`loadImage: needs the package 'sharp', which is not installed; run npm install
 * sharp`), or does not load.
 */
export async function importPeer<T>(where: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error, name))
      throw new StateError(`${where}: needs the package '${name}', which is not installed; run npm install ${name}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new StateError(
      `${where}: the package '${name}' does not load: ${reason}; expected it to work; run npm install ${name} again`,
    );
  }
}
