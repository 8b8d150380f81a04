/** @file The public names of laminet. */

export * as activations from './activations/index.js';
export { gradients } from './autodiff/gradients.js';
export { compile, grad, valueAndGrads, variableGrads } from './autodiff/transforms.js';
export * as callbacks from './callbacks/index.js';
export * as constraints from './constraints/index.js';
export { floatx, setFloatx } from './core/config.js';
export type { DType, FloatDType, TypedArray } from './core/dtype.js';
export { DTypePolicy, type DTypePolicyName, dtypePolicy, setDtypePolicy } from './core/dtype_policy.js';
export {
  AbortedError,
  DataError,
  DeviceError,
  DisposedError,
  DTypeError,
  FileError,
  InternalError,
  LaminetError,
  OutOfMemoryError,
  ShapeError,
  StateError,
  ValueError,
} from './core/errors.js';
export { clearSession, type NamingScheme, namingScheme, setNamingScheme } from './core/naming.js';
export type { Shape } from './core/shape.js';
export * from './data/index.js';
export { type NestedArray, Tensor } from './graph/tensor.js';
export * as initializers from './initializers/index.js';
export * as layers from './layers/index.js';
export { input } from './layers/input.js';
export * as losses from './losses/index.js';
export * as metrics from './metrics/index.js';
export * from './models/index.js';
export * as ops from './ops/index.js';
export { setRandomSeed } from './ops/seed_generator.js';
export * as optimizers from './optimizers/index.js';

import './profiler/environment.js';

export * as profiler from './profiler/index.js';
export * as regularizers from './regularizers/index.js';
export { type DeviceDescription, devices, type ReasonCode } from './runtime/backends.js';
export { currentDevice, type Device, type DeviceName, type DeviceOptions, memory, setDevice } from './runtime/device.js';
export { DeviceTensor, tensor } from './runtime/device_tensor.js';
export type { HostArray } from './runtime/function.js';
export { Variable } from './runtime/variable.js';
export * as schedules from './schedules/index.js';
export type { CompileOptions } from './training/compiled.js';
export type { EvaluateOptions } from './training/evaluate.js';
export type { FitOptions, ValidationData } from './training/fit_options.js';
export type { Verbosity } from './training/options.js';
export type { PredictOptions } from './training/predict.js';
