/** @file Requests that no memory of the device can hold, found before anything is queued. */

import { bytesPerElement, type DType } from '../core/dtype.js';
import { OutOfMemoryError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Device } from './device.js';

/** Smaller ones are left to the device, which knows better what is free. */
const worthAsking = 2 ** 30;

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

/** @throws OutOfMemoryError when a tensor of this type is larger than the device. */
export function requireRoom(device: Device, dtype: DType, shape: readonly number[]): void {
  const bytes = shape.reduce((product, size) => product * size, bytesPerElement(dtype));
  if (bytes < worthAsking) return;
  const { used, total } = device.memory();
  if (total === 0 || bytes <= total) return;
  throw new OutOfMemoryError(
    `out of memory: a tensor ${formatShape(shape)} of ${dtype} needs ${megabytes(bytes)}; ` +
      `free ${megabytes(total - used)} of ${megabytes(total)}; use a smaller batch or dispose tensors`,
  );
}
