/** @file Whole models in `.h5` files of the format of Keras 2. */

import { FileError } from '../core/errors.js';
import { writeAtomically } from '../saving/atomic_file.js';
import { writeHdf5 } from '../saving/hdf5.js';
import type { Hdf5Contents } from '../saving/hdf5_contents.js';
import { legacyContents } from '../saving/legacy_file.js';
import { compileToKeras } from './compile_config.js';
import { kerasJson } from './keras_config.js';
import { checkVersion, kerasVersion, parse } from './keras_file.js';
import type { Model } from './model.js';

export async function writeLegacy(model: Model, path: string, includeOptimizer: boolean): Promise<void> {
  const isCompiled = model.isCompiled && includeOptimizer;
  const { class_name, config } = model.toJSON();
  const version = { keras_version: kerasVersion, backend: 'laminet' };
  const attributes = {
    ...version,
    model_config: kerasJson({ class_name, config }),
    ...(isCompiled ? { training_config: kerasJson(trainingConfig(model)) } : {}),
  };
  const contents = await legacyContents(model, isCompiled ? model.optimizer : undefined, attributes, version);
  await writeAtomically(path, await writeHdf5(`save: ${path}`, contents));
}

function trainingConfig(model: Model): object {
  const { optimizer, ...config } = compileToKeras(model);
  const { class_name, config: options } = optimizer as { class_name: string; config: object };
  return { ...config, optimizer_config: { class_name, config: options } };
}

/** `model_config` and `training_config` of the file. @throws FileError when it holds weights alone. */
export function legacyConfigs(
  where: string,
  { groups }: Hdf5Contents,
): { config: Record<string, unknown>; compileConfig: Record<string, unknown> | undefined } {
  const { keras_version, model_config, training_config } = groups.get('') ?? {};
  checkVersion(where, keras_version);
  if (typeof model_config !== 'string') {
    throw new FileError(
      `${where}: the file describes no model: it has no model_config; make the model and call loadWeights(path)`,
    );
  }
  return {
    config: parse(where, 'model_config', model_config),
    compileConfig: typeof training_config === 'string' ? parse(where, 'training_config', training_config) : undefined,
  };
}
