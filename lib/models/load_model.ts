/** @file Whole models to files and back. */

import { located } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Config, CustomObjects } from '../layers/config.js';
import { readHdf5 } from '../saving/hdf5.js';
import type { Hdf5Contents } from '../saving/hdf5_contents.js';
import { readKnown } from '../saving/read_file.js';
import { compileFromKeras } from './compile_config.js';
import { modelFromKeras } from './deserialize.js';
import type { KerasObject } from './keras_config.js';
import { readKeras } from './keras_file.js';
import { legacyConfigs } from './legacy_file.js';
import type { Model } from './model.js';
import { matchContents } from './weights.js';

export interface LoadModelOptions {
  /** Your own classes and functions by name: layers, models, losses, metrics, functions of lambda layers. */
  readonly customObjects?: CustomObjects;
  /** Whether to compile the model as it was, with the optimizer's state; default true. */
  readonly compile?: boolean;
  /**
   * Whether to refuse files with Python code in lambda layers; default true. With false, such a layer takes the function that
   * `customObjects` has under the layer's name: the code itself is never run.
   */
  readonly safeMode?: boolean;
}

/**
 * The model of a `.keras` or a legacy `.h5` file that this library or Keras wrote: its layers, weights and, unless `compile` is false, how it
 * was compiled, with the optimizer's state, so that training goes on where it stopped.
 *
 * @param path - what is in the file decides, not its name
 * @throws FileError for a file that is missing, damaged, incomplete or of another kind; ValueError for layers, options and functions that are
 *   not known; ShapeError when weights do not fit.
 * @see https://keras.io/api/models/model_saving_apis/model_saving_and_loading
 * @example
 * const net = await loadModel('net.keras');
 */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<Model> {
  checkOptions('loadModel', options, ['customObjects', 'compile', 'safeMode']);
  const { customObjects = {}, compile = true, safeMode = true } = options;
  const where = `loadModel: ${path}`;
  const { config, compileConfig, contents } = await readModel(where, path);
  let model: Model | undefined;
  try {
    model = modelFromKeras(where, config, customObjects, safeMode);
    // Keras writes an empty object for a model that was not compiled.
    if (compile && (compileConfig?.optimizer ?? compileConfig?.optimizer_config)) {
      model.compile(compileFromKeras(where, compileConfig as Config, customObjects));
    }
    matchContents(where, contents, model, false).apply(where, false);
    return model;
  } catch (error) {
    model?.dispose();
    throw String((error as Error).message).startsWith(where) ? error : located(where, error);
  }
}

interface Description {
  readonly config: KerasObject;
  readonly compileConfig: Config | undefined;
  readonly contents: Hdf5Contents;
}

async function readModel(where: string, path: string): Promise<Description> {
  const { kind, bytes } = await readKnown(where, path);
  if (kind === 'zip') {
    const { config, weights } = await readKeras(where, bytes);
    return { config, compileConfig: config.compile_config ?? undefined, contents: await readHdf5(where, weights) };
  }
  const contents = await readHdf5(where, bytes);
  const { config, compileConfig } = legacyConfigs(where, contents);
  return { config: config as unknown as KerasObject, compileConfig, contents };
}
