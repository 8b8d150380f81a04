/** @file Weights of models to files and back. */

import { FileError, StateError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { writeAtomically } from '../saving/atomic_file.js';
import { readHdf5, writeHdf5 } from '../saving/hdf5.js';
import type { Hdf5Contents } from '../saving/hdf5_contents.js';
import { isLegacyFile, legacyOptimizerState, matchLegacy, matchLegacyByName } from '../saving/legacy_file.js';
import { restoreOptimizer } from '../saving/optimizer_state.js';
import { readKnown } from '../saving/read_file.js';
import type { Restoration } from '../saving/restore.js';
import { isWeightsFile, matchWeights, matchWeightsByName, weightsContents } from '../saving/weights_file.js';
import { readConstants } from './constants.js';
import { readKeras, writeKeras } from './keras_file.js';
import { writeLegacy } from './legacy_file.js';
import type { Model } from './model.js';

export interface LoadWeightsOptions {
  /** Load only layers whose name a layer of the file has; the others keep their weights. Default false: by place. */
  readonly byName?: boolean;
  /** Load the objects that fit and warn of the others, instead of throwing. Default false. */
  readonly skipMismatch?: boolean;
}

export interface SaveOptions {
  /** Whether to save how the model was compiled and the optimizer's state; default true. */
  readonly includeOptimizer?: boolean;
}

const optimizerOf = (model: Model): Optimizer | undefined => (model.isCompiled ? model.optimizer : undefined);

function checkBuilt(where: string, model: Model): void {
  if (model.built && !model.needsBuild) return;
  throw new StateError(`${where}: ${model.label} is not built; give its first layer an inputShape, or call it on data first`);
}

export async function saveModel(model: Model, path: string, options: SaveOptions): Promise<void> {
  checkOptions('save', options, ['includeOptimizer']);
  const { includeOptimizer = true } = options;
  const write = writerFor(path);
  checkBuilt('save', model);
  await readConstants(model);
  await write(model, path, includeOptimizer);
}

function writerFor(path: string): typeof writeKeras {
  const name = String(path);
  if (name.endsWith('.weights.h5')) throw new ValueError(`save: received '${name}', an ending of weights; use saveWeights(path)`);
  if (name.endsWith('.keras')) return writeKeras;
  if (/\.(h5|hdf5)$/.test(name)) return writeLegacy;
  throw new ValueError(`save: received '${name}'; expected a path that ends in .keras, or in .h5 for the format of Keras 2`);
}

export async function saveWeights(model: Model, path: string): Promise<void> {
  if (!String(path).endsWith('.weights.h5')) {
    throw new ValueError(`saveWeights: received '${path}'; expected a path that ends in .weights.h5`);
  }
  checkBuilt('saveWeights', model);
  const contents = await weightsContents(model, optimizerOf(model));
  await writeAtomically(path, await writeHdf5(`saveWeights: ${path}`, contents));
}

export async function loadWeights(model: Model, path: string, options: LoadWeightsOptions): Promise<void> {
  checkOptions('loadWeights', options, ['byName', 'skipMismatch']);
  const { byName = false, skipMismatch = false } = options;
  checkBuilt('loadWeights', model);
  const where = `loadWeights: ${path}`;
  const restoration = matchContents(where, await readWeights(where, path), model, byName);
  if (byName && restoration.isEmpty) {
    process.emitWarning(`${where}: no layer of the file has the name of a layer of the model; nothing was loaded`);
  }
  restoration.apply(where, skipMismatch);
}

async function readWeights(where: string, path: string): Promise<Hdf5Contents> {
  const { kind, bytes } = await readKnown(where, path);
  return readHdf5(where, kind === 'zip' ? (await readKeras(where, bytes)).weights : bytes);
}

/** Values for the model from a file of either format. @throws FileError when it is of neither. */
export function matchContents(where: string, contents: Hdf5Contents, model: Model, byName: boolean): Restoration {
  if (isLegacyFile(contents)) {
    return byName ? matchLegacyByName(where, contents, model) : matchWholeLegacy(where, contents, model);
  }
  if (isWeightsFile(contents)) {
    return byName ? matchWeightsByName(contents, model.layers) : matchWeights(where, contents, model, optimizerOf(model));
  }
  const names = [...contents.groups.keys()].filter((name) => name !== '' && !name.includes('/'));
  throw new FileError(
    `${where}: the HDF5 file holds no weights of Keras: received ${names.length === 0 ? 'no groups' : `the groups ${names.slice(0, 5).join(', ')}`}; ` +
      'expected a group layers, or an attribute layer_names',
  );
}

function matchWholeLegacy(where: string, contents: Hdf5Contents, model: Model): Restoration {
  const restoration = matchLegacy(where, contents, model);
  const optimizer = optimizerOf(model);
  if (optimizer !== undefined) {
    restoreOptimizer(where, optimizer, model.trainableWeights, legacyOptimizerState(where, contents), restoration);
  }
  return restoration;
}
