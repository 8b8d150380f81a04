/** @file Variables that start with one number everywhere: optimizer slots and metric sums. */

import { type DType, deviceArray, nativeDType, typedArray } from '../core/dtype.js';
import { fromNative } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Device } from './device.js';
import { DeviceTensor } from './device_tensor.js';
import { requireRoom } from './room.js';
import { Variable } from './variable.js';

/** A variable on `device` that is not trained, with every element equal to `value`. It can be made while a graph is traced. */
export function filledVariable(device: Device, dtype: DType, shape: readonly number[], name: string, value = 0): Variable {
  const native = nativeDType(dtype);
  requireRoom(device, dtype, shape);
  try {
    const buffer =
      value === 0
        ? device.native.allocate(native, shape)
        : device.native.upload(native, shape, deviceArray(dtype, typedArray(dtype, sizeOf(shape) as number).fill(value)));
    return new Variable(new DeviceTensor(device, dtype, shape, buffer), { name, trainable: false });
  } catch (error) {
    throw fromNative(error);
  }
}
