/** @file Tensors with numbers: a buffer on a device. */

import { describeValue } from '../core/describe.js';
import { checkDType, type DType, deviceArray, dtypeOfArray, nativeDType, type TypedArray, typedArray } from '../core/dtype.js';
import { DisposedError, fromNative, ShapeError, ValueError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Graph, Value } from '../graph/graph.js';
import { type NestedArray, Tensor } from '../graph/tensor.js';
import type { NativeBuffer } from './addon.js';
import { currentDevice, type Device } from './device.js';
import { flattenNested, nest } from './nested.js';

/** Frees the buffers of tensors that were forgotten; a backstop, since it runs only when the event loop turns. */
const forgotten = new FinalizationRegistry<NativeBuffer>((buffer) => buffer.dispose());

/** A tensor whose elements are on a device (or will be, when the queued work that makes them has run). */
export class DeviceTensor extends Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly device: Device;
  readonly #buffer: NativeBuffer;

  constructor(device: Device, dtype: DType, shape: readonly number[], buffer: NativeBuffer) {
    super();
    this.device = device;
    this.dtype = dtype;
    this.shape = shape;
    this.#buffer = buffer;
    forgotten.register(this, buffer, this);
  }

  /** The native buffer. @throws DisposedError after `dispose()`. */
  get buffer(): NativeBuffer {
    if (this.#buffer.disposed)
      throw new DisposedError(`tensor ${formatShape(this.shape)}: it was disposed; use it before dispose()`);
    return this.#buffer;
  }

  inGraph(graph: Graph): Value {
    return graph.read(this, 'tensor');
  }

  override async data(): Promise<TypedArray> {
    return typedArray(this.dtype, await readBuffer(this.device, this.buffer));
  }

  override async array(): Promise<NestedArray> {
    return nest(await this.data(), this.shape);
  }

  /** Hands the buffer over to a new owner; this tensor must not be used any more. */
  release(): NativeBuffer {
    forgotten.unregister(this);
    return this.buffer;
  }

  override dispose(): void {
    forgotten.unregister(this);
    this.#buffer.dispose();
  }
}

/** The bytes of a buffer, with native errors as typed ones in the caller's stack. */
export async function readBuffer(device: Device, buffer: NativeBuffer): Promise<ArrayBuffer> {
  try {
    return await device.native.read(buffer);
  } catch (error) {
    throw fromNative(error);
  }
}

/**
 * A tensor from numbers.
 *
 * @param values - a number, nested arrays, or a typed array (then give `shape`, unless it has one dimension)
 * @param shape - sizes by axis; must hold as many elements as `values`
 * @param dtype - by default what a typed array holds, else `float32`
 * @throws ShapeError when the element count and the shape differ, or nested arrays are ragged.
 * @example
 * const x = tensor([[1, 2], [3, 4]]); // float32 [2, 2]
 * const y = tensor(new Float32Array(6), [2, 3]);
 */
export function tensor(values: NestedArray | TypedArray, shape?: readonly number[], dtype?: DType): DeviceTensor {
  const array = hostArray('tensor', values, dtype && checkDType('tensor', dtype));
  const sizes = shape ?? array.shape;
  if (sizes.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ValueError(`tensor: shape ${formatShape(sizes)}: expected integers of at least 0`);
  }
  if (sizeOf(sizes) !== array.data.length) {
    throw new ShapeError(
      `tensor: ${array.data.length} values do not fill the shape ${formatShape(sizes)} of ${sizeOf(sizes)} elements`,
    );
  }
  const device = currentDevice();
  try {
    const elements = deviceArray(array.dtype, array.data);
    return new DeviceTensor(device, array.dtype, sizes, device.native.upload(nativeDType(array.dtype), sizes, elements));
  } catch (error) {
    throw fromNative(error);
  }
}

/** Numbers with their shape and type: by default what a typed array holds, else `float32`. */
export function hostArray(where: string, values: NestedArray | TypedArray, dtype?: DType): HostValues {
  const own = dtypeOfArray(values);
  if (own !== undefined) {
    const target = dtype ?? own;
    const array = values as TypedArray;
    const same = own === target || (own === 'uint8' && target === 'bool');
    return { data: same ? array : typedArray(target, array), dtype: target, shape: [array.length] };
  }
  if (typeof values !== 'number' && typeof values !== 'boolean' && !Array.isArray(values)) {
    throw new ValueError(`${where}: received ${describeValue(values)}; expected a number, nested arrays or a typed array`);
  }
  const target = dtype ?? 'float32';
  return { ...flattenNested(where, values, target), dtype: target };
}

export interface HostValues {
  readonly data: TypedArray;
  readonly dtype: DType;
  readonly shape: readonly number[];
}
