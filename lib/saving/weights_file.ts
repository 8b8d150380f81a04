/** @file The contents of `.weights.h5` files and of `model.weights.h5` in `.keras` files (keras/src/saving/saving_lib.py). */

import type { TypedArray } from '../core/dtype.js';
import type { Layer } from '../layers/layer.js';
import { LossScaleOptimizer } from '../optimizers/index.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Variable } from '../runtime/variable.js';
import type { Hdf5Array, Hdf5Attributes, Hdf5Contents } from './hdf5_contents.js';
import { optimizerValues, restoreOptimizer } from './optimizer_state.js';
import { type Place, placesOf } from './places.js';
import { Restoration } from './restore.js';

const optimizerPath = 'optimizer';

const varsOf = (path: string): string => (path === '' ? 'vars' : `${path}/vars`);

/** All variables of the model, and of the optimizer when it is given, as they are between two steps. */
export async function weightsContents(model: Layer, optimizer: Optimizer | undefined): Promise<Hdf5Contents> {
  const groups = new Map<string, Hdf5Attributes>([['', {}]]);
  const reads: { path: string; shape: readonly number[]; data: Promise<TypedArray> }[] = [];
  const add = (path: string, name: string | undefined, variables: readonly Variable[], data: Promise<TypedArray>[]): void => {
    addGroup(groups, varsOf(path), name === undefined ? {} : { name });
    variables.forEach(({ shape }, i) => {
      reads.push({ path: `${varsOf(path)}/${i}`, shape, data: data[i] as Promise<TypedArray> });
    });
  };
  // All reads are queued before the first is waited for, so that no step comes between them.
  for (const { path, name, variables } of placesOf(model)) {
    add(
      path,
      name,
      variables,
      variables.map((variable) => variable.data()),
    );
  }
  if (optimizer?.built) add(optimizerPath, optimizer.name, optimizer.variables, optimizerValues(optimizer));
  if (optimizer?.built && optimizer instanceof LossScaleOptimizer) {
    const inner = optimizer.innerOptimizer; // once more, since Keras writes it so and expects it when it reads
    add(`${optimizerPath}/inner_optimizer`, inner.name, inner.variables, optimizerValues(inner));
  }
  const values = await Promise.all(reads.map(({ data }) => data));
  const arrays = reads.map(({ path, shape }, i): [string, Hdf5Array] => [path, { data: values[i] as TypedArray, shape }]);
  return { groups, arrays: new Map(arrays) };
}

/** The group and those around it. */
function addGroup(groups: Map<string, Hdf5Attributes>, path: string, attributes: Hdf5Attributes): void {
  const names = path.split('/');
  for (let i = 1; i < names.length; i++) {
    const parent = names.slice(0, i).join('/');
    if (!groups.has(parent)) groups.set(parent, {});
  }
  groups.set(path, attributes);
}

/** Whether the file is of this format. */
export const isWeightsFile = ({ groups }: Hdf5Contents): boolean =>
  ['vars', 'layers', checkpointDependencies].some((name) => groups.has(name));

/** What files of TensorFlow 2.13 call `layers` (H5IOStore.get in Keras's saving_lib.py); they keep no names. */
const checkpointDependencies = '_layer_checkpoint_dependencies';

function arraysAt({ groups, arrays }: Hdf5Contents, path: string): Hdf5Array[] | undefined {
  const older = varsOf(path.replaceAll('layers', checkpointDependencies));
  const vars = [varsOf(path), older].find((candidate) => groups.has(candidate));
  if (vars === undefined) return undefined;
  const found: Hdf5Array[] = [];
  for (let i = 0; ; i++) {
    const array = arrays.get(`${vars}/${i}`);
    if (array === undefined) return found;
    found.push(array);
  }
}

/** Values for all variables of the model, and of the optimizer when both have one. */
export function matchWeights(where: string, contents: Hdf5Contents, model: Layer, optimizer: Optimizer | undefined): Restoration {
  const restoration = new Restoration();
  for (const place of placesOf(model)) match(restoration, contents, place, place.path);
  const state = optimizer && arraysAt(contents, optimizerPath);
  if (state !== undefined) restoreOptimizer(where, optimizer as Optimizer, model.trainableWeights, state, restoration);
  return restoration;
}

/** Generators that the file does not know, since Keras wrote it, go on as they are. */
function match(restoration: Restoration, contents: Hdf5Contents, { name, label, variables }: Place, path: string): void {
  const found = arraysAt(contents, path);
  if (found === undefined && name === undefined) return;
  restoration.add(label, variables, found ?? []);
}

/**
 * Values for those of the model's layers whose name a layer of the file has. Names of layers inside them do not matter; the optimizer keeps
 * its state.
 */
export function matchWeightsByName(contents: Hdf5Contents, layers: readonly Layer[]): Restoration {
  const restoration = new Restoration();
  const paths = new Map<string, string>();
  for (const [path, { name }] of contents.groups) {
    const [, layer] = path.match(/^(layers\/[^/]+)\/vars$/) ?? [];
    if (layer !== undefined && typeof name === 'string') paths.set(name, layer);
  }
  for (const layer of layers) {
    const path = paths.get(layer.name);
    if (path === undefined) continue;
    for (const place of placesOf(layer)) match(restoration, contents, place, place.path === '' ? path : `${path}/${place.path}`);
  }
  return restoration;
}
