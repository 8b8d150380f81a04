/** @file Constant tensors among the inputs of a functional model's calls, as Keras's JSON has them and back. */

import type { DType } from '../core/dtype.js';
import { StateError } from '../core/errors.js';
import { SymbolicTensor } from '../graph/symbolic.js';
import type { NestedArray, ShapedArray, Tensor } from '../graph/tensor.js';
import type { Layer } from '../layers/layer.js';
import { flattenTensors } from '../layers/structure.js';
import { ScalarConstant } from '../ops/apply.js';
import { hostArray } from '../runtime/device_tensor.js';
import { nest } from '../runtime/nested.js';
import type { KerasObject } from './keras_config.js';
import type { Topology } from './topology.js';

/** What `readConstants` read. */
const known = new WeakMap<Tensor, NestedArray>();

const isConstant = (tensor: Tensor): boolean => !(tensor instanceof SymbolicTensor || tensor instanceof ScalarConstant);

/** Reads the constants of a model and of the models in it: its description is made without a pause, and they are on the device. */
export async function readConstants(layer: Layer): Promise<void> {
  const { topology } = layer as { readonly topology?: Topology };
  const nodes = topology?.nodes ?? [];
  const constants = nodes
    .flatMap(({ inputs }) => flattenTensors(inputs))
    .filter((tensor) => isConstant(tensor) && !known.has(tensor));
  await Promise.all([...constants.map(read), ...layer.subLayers().map(readConstants)]);
}

async function read(tensor: Tensor): Promise<void> {
  known.set(tensor, nest(await tensor.data(), tensor.shape as readonly number[]));
}

const allFinite = (value: NestedArray): boolean =>
  Array.isArray(value) ? value.every(allFinite) : Number.isFinite(Number(value));

/** @throws StateError for a tensor that was not read, or that JSON cannot hold. */
export function constantToKeras(where: string, tensor: Tensor): KerasObject | number {
  if (tensor instanceof ScalarConstant) return tensor.value;
  const value = known.get(tensor);
  if (value === undefined) {
    throw new StateError(`${where}: a constant tensor is an input; toJSON cannot wait for its values; call save(path) before`);
  }
  if (!allFinite(value))
    throw new StateError(`${where}: a constant tensor is an input that is not finite everywhere; it cannot be saved`);
  return { class_name: '__tensor__', config: { value, dtype: tensor.dtype } } as unknown as KerasObject;
}

/** The numbers of `__tensor__`, or of `__numpy__` for arrays of NumPy. */
export function constantFromKeras({ config }: KerasObject): ShapedArray {
  const { value, dtype } = config as { value: NestedArray; dtype: string };
  return hostArray('constant', value, (dtype === 'int64' ? 'int32' : dtype) as DType) as ShapedArray;
}
