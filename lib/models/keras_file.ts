/** @file `.keras` files: a zip of config.json, metadata.json and model.weights.h5 (keras/src/saving/saving_lib.py). */

import { FileError } from '../core/errors.js';
import { writeHdf5 } from '../saving/hdf5.js';
import { weightsContents } from '../saving/weights_file.js';
import { readZip, writeZip } from '../saving/zip.js';
import { compileToKeras } from './compile_config.js';
import { type KerasObject, kerasJson } from './keras_config.js';
import type { Model } from './model.js';

/** The version of Keras whose formats the library writes. */
export const kerasVersion = '3.15.1';

/** A model as a file describes it, not yet made. */
export interface SavedModel {
  readonly config: KerasObject & { readonly compile_config?: Record<string, unknown> | null };
  /** `model.weights.h5`, not yet read. */
  readonly weights: Uint8Array;
}

const names = { metadata: 'metadata.json', config: 'config.json', weights: 'model.weights.h5' } as const;

/** `2026-11-22@03:45:16` */
const timestamp = (date: Date): string => date.toISOString().slice(0, 19).replace('T', '@');

export async function writeKeras(model: Model, path: string, includeOptimizer: boolean): Promise<void> {
  const isCompiled = model.isCompiled && includeOptimizer;
  const config = { ...model.toJSON(), ...(isCompiled ? { compile_config: compileToKeras(model) } : {}) };
  const contents = await weightsContents(model, isCompiled ? model.optimizer : undefined);
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(kerasJson(value));
  await writeZip(path, {
    [names.metadata]: json({ keras_version: kerasVersion, date_saved: timestamp(new Date()) }),
    [names.config]: json(config),
    [names.weights]: await writeHdf5(`save: ${path}`, contents),
  });
}

/** @throws FileError for an archive that is damaged, incomplete or of a later version. */
export async function readKeras(where: string, bytes: Uint8Array): Promise<SavedModel> {
  const entries = await readZip(where, bytes, Object.values(names));
  const [metadata, config, weights] = [names.metadata, names.config, names.weights].map((name) => entries.get(name));
  if (config === undefined || weights === undefined) {
    throw new FileError(`${where}: the zip archive has no ${config ? names.weights : names.config}; expected a file of Keras 3`);
  }
  if (metadata !== undefined) checkVersion(where, parse(where, names.metadata, metadata).keras_version);
  return { config: parse(where, names.config, config) as unknown as KerasObject, weights };
}

/** @throws FileError when a text is no JSON object. */
export function parse(where: string, name: string, text: Uint8Array | string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new FileError(`${where}: ${name} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  throw new FileError(`${where}: ${name} is no JSON object`);
}

/** @throws FileError for files of a Keras that is newer than the library knows. */
export function checkVersion(where: string, version: unknown): void {
  const major = Number.parseInt(String(version), 10);
  if (major > 3) throw new FileError(`${where}: was written by Keras ${String(version)}; expected a version up to 3`);
}
