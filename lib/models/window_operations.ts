/** @file Convolution and pooling as Keras's operations and back (keras/src/ops/nn.py): images, with the channels last. */

import type { Attributes } from '../graph/graph.js';
import type { Config } from '../layers/config.js';
import * as ops from '../ops/index.js';
import { camelCase } from './keras_config.js';
import { nn, notInKeras, type Read, type Written } from './operation_forms.js';

function paddingOf({ padding }: Attributes): unknown {
  if (typeof padding === 'string') return padding;
  throw notInKeras('padding by numbers of cells');
}

/** Equal sizes as one number: Keras 3.15 on JAX fails on pools whose sizes are a list, its own files included. */
function numberOf(sizes: unknown): unknown {
  const [height, width] = sizes as readonly [number, number];
  return height === width ? height : sizes;
}

const pooling = (className: string): Written =>
  nn(className, (attributes) => ({
    pool_size: numberOf(attributes.poolSize),
    strides: numberOf(attributes.strides),
    padding: paddingOf(attributes),
    data_format: 'channels_last',
  }));

function convolution({ strides, dilations, groups, ...rest }: Attributes): Config {
  // Conv.compute_output_spec wants as many channels in the kernel as in the image.
  if (groups !== 1) throw notInKeras('a convolution in groups');
  return { strides, padding: paddingOf(rest), data_format: 'channels_last', dilation_rate: dilations };
}

/** By the op's name in the listing. */
export const windowWriting: Readonly<Record<string, Written>> = {
  conv2d: nn('Conv', convolution),
  max_pool2d: pooling('MaxPool'),
  avg_pool2d: pooling('AveragePool'),
};

const formatOf = ({ data_format }: Config): ops.DataFormat =>
  camelCase((data_format as string | null) ?? 'channels_last') as ops.DataFormat;

const readPooling =
  (op: typeof ops.maxPool): Read =>
  ([x], config) =>
    op(x, config.pool_size as number, {
      strides: config.strides as number | null,
      padding: config.padding as ops.Padding,
      dataFormat: formatOf(config),
    });

/** By Keras's class. */
export const windowReading: Readonly<Record<string, Read>> = {
  Conv: ([x, kernel], config) =>
    ops.conv2d(x, kernel, {
      strides: config.strides as number,
      padding: config.padding as ops.Padding,
      dilationRate: config.dilation_rate as number,
      dataFormat: formatOf(config),
    }),
  MaxPool: readPooling(ops.maxPool),
  AveragePool: readPooling(ops.avgPool),
};
