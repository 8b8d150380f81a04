/** @file The contents of `.h5` files in the format of Keras 1 and 2 (keras/src/legacy/saving/legacy_h5_format.py). */

import type { TypedArray } from '../core/dtype.js';
import { FileError, ValueError } from '../core/errors.js';
import type { Layer } from '../layers/layer.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Variable } from '../runtime/variable.js';
import type { Hdf5Array, Hdf5Attributes, Hdf5Contents } from './hdf5_contents.js';
import { optimizerValues } from './optimizer_state.js';
import { Restoration } from './restore.js';

/** A model with its layers in order. */
export interface LayeredModel extends Layer {
  readonly layers: Layer[];
}

const weightsGroup = 'model_weights';
const optimizerGroup = 'optimizer_weights';
/** The model's own weights, beside those of its layers. */
const topLevel = 'top_level_model_weights';

/** Names in one attribute, each a reference of 16 bytes: HDF5 has room for 64 KB. */
const mostNames = 4000;

const weightsInOrder = (layer: Layer): Variable[] => [...layer.trainableWeights, ...layer.nonTrainableWeights];

const join = (...names: string[]): string => names.filter((name) => name !== '').join('/');

/** Everything that a file of a whole model holds; `attributes` are those of the file. */
export async function legacyContents(
  model: LayeredModel,
  optimizer: Optimizer | undefined,
  attributes: Hdf5Attributes,
  version: Hdf5Attributes,
): Promise<Hdf5Contents> {
  const { layers } = model;
  const groups = new Map<string, Hdf5Attributes>([['', attributes]]);
  groups.set(weightsGroup, {
    ...version,
    ...nameList(
      'layer_names',
      layers.map(({ name }) => name),
    ),
  });
  const reads: { path: string; shape: readonly number[]; data: Promise<TypedArray> }[] = [];
  const add = (group: string, variables: readonly Variable[], data: Promise<TypedArray>[]): void => {
    const names = uniqueNames(variables.map(({ path }) => path));
    groups.set(group, nameList('weight_names', names));
    names.forEach((name, i) => {
      addParents(groups, join(group, name));
      reads.push({ path: join(group, name), shape: (variables[i] as Variable).shape, data: data[i] as Promise<TypedArray> });
    });
  };
  const addWeights = (name: string, weights: readonly Variable[]): void =>
    add(
      join(weightsGroup, name),
      weights,
      weights.map((weight) => weight.data()),
    );
  for (const layer of layers) addWeights(layer.name, weightsInOrder(layer));
  addWeights(topLevel, model.ownWeights);
  if (optimizer?.built) add(optimizerGroup, optimizer.variables, optimizerValues(optimizer));
  const values = await Promise.all(reads.map(({ data }) => data));
  const arrays = reads.map(({ path, shape }, i): [string, Hdf5Array] => [path, { data: values[i] as TypedArray, shape }]);
  return { groups, arrays: new Map(arrays) };
}

function nameList(attribute: string, names: readonly string[]): Hdf5Attributes {
  if (names.length <= mostNames) return { [attribute]: names };
  const chunks: Record<string, readonly string[]> = {};
  for (let i = 0; i * mostNames < names.length; i++) chunks[`${attribute}${i}`] = names.slice(i * mostNames, (i + 1) * mostNames);
  return chunks;
}

/** Two weights of a layer may have one path; their places in the file must differ. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`;
    taken.add(unique);
    return unique;
  });
}

function addParents(groups: Map<string, Hdf5Attributes>, path: string): void {
  const names = path.split('/');
  for (let i = 1; i < names.length; i++) {
    const parent = names.slice(0, i).join('/');
    if (!groups.has(parent)) groups.set(parent, {});
  }
}

/** Where the layers are in the file: in a group of a file of a whole model, or at the top of a file of weights. */
function rootOf({ groups }: Hdf5Contents): string | undefined {
  return [weightsGroup, ''].find((group) => groups.has(group) && listOf(groups.get(group), 'layer_names') !== undefined);
}

/** Whether the file is of this format. */
export const isLegacyFile = (contents: Hdf5Contents): boolean => rootOf(contents) !== undefined;

/** A list that may be cut into several attributes. */
function listOf(attributes: Hdf5Attributes | undefined, name: string): string[] | undefined {
  const list = (key: string): string[] | undefined => {
    const value = attributes?.[key];
    return value === undefined ? undefined : [value].flat();
  };
  const whole = list(name);
  if (whole !== undefined) return whole;
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = list(`${name}${i}`);
    if (part === undefined) return i === 0 ? undefined : parts;
    parts.push(...part);
  }
}

/** The weights of a layer's group. @throws FileError when it lacks one that it lists. */
function arraysOf(where: string, { groups, arrays }: Hdf5Contents, group: string): Hdf5Array[] {
  const names = listOf(groups.get(group), 'weight_names');
  if (names === undefined) throw new FileError(`${where}: the group '${group}' is missing, or has no weight_names`);
  return names.map((name) => {
    const array = arrays.get(join(group, name));
    if (array !== undefined) return array;
    throw new FileError(`${where}: the weight '${join(group, name)}' is missing`);
  });
}

/** The layers of the file that have weights, in order. */
function savedLayers(where: string, contents: Hdf5Contents): { name: string; arrays: Hdf5Array[] }[] {
  const root = rootOf(contents) as string;
  const names = listOf(contents.groups.get(root), 'layer_names') as string[];
  return names
    .map((name) => ({ name, arrays: arraysOf(where, contents, join(root, name)) }))
    .filter(({ arrays }) => arrays.length > 0);
}

/** Values for the model's layers in order, whatever their names. */
export function matchLegacy(where: string, contents: Hdf5Contents, model: LayeredModel): Restoration {
  const restoration = new Restoration();
  const saved = savedLayers(where, contents);
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  if (saved.length !== layers.length) {
    throw new ValueError(
      `${where}: the file holds ${saved.length} layers with weights (${saved.map(({ name }) => name).join(', ')}), the model has ` +
        `${layers.length} (${layers.map(({ name }) => name).join(', ')}); nothing was loaded; pass { byName: true } to load some`,
    );
  }
  saved.forEach(({ name, arrays }, i) => {
    const layer = layers[i] as Layer;
    const as = layer.name === name ? '' : ` ('${name}' in the file)`;
    restoration.add(`${layer.label}${as}`, weightsInOrder(layer), arrays);
  });
  addTopLevel(restoration, where, contents, model);
  return restoration;
}

/** Values for those of the model's layers whose name the file has. */
export function matchLegacyByName(where: string, contents: Hdf5Contents, model: LayeredModel): Restoration {
  const restoration = new Restoration();
  const saved = new Map(savedLayers(where, contents).map(({ name, arrays }) => [name, arrays]));
  for (const layer of model.layers) {
    const arrays = saved.get(layer.name);
    if (arrays !== undefined) restoration.add(layer.label, weightsInOrder(layer), arrays);
  }
  return restoration;
}

/** Files of Keras 2 do not have the group. */
function addTopLevel(restoration: Restoration, where: string, contents: Hdf5Contents, model: LayeredModel): void {
  const group = join(rootOf(contents) as string, topLevel);
  if (contents.groups.has(group)) restoration.add(model.label, model.ownWeights, arraysOf(where, contents, group));
}

/** The optimizer's variables in the file; none when it was saved without. */
export const legacyOptimizerState = (where: string, contents: Hdf5Contents): Hdf5Array[] =>
  contents.groups.has(optimizerGroup) ? arraysOf(where, contents, optimizerGroup) : [];
