/** The contract of every layer: symbolic and actual shapes, weights, configuration; in both data formats and float types. */

import { layers } from 'laminet';
import { describe, it } from 'vitest';
import { runLayerTest } from '../harness/layer.js';

type Case = [
  name: string,
  make: () => layers.Layer,
  input: number[] | number[][],
  output: number[],
  weights?: number,
  trainable?: number,
];

const image = [2, 6, 5, 4];
const steps = [2, 7, 4];
const row = [3, 4];

const cases: Case[] = [
  ['dense', () => layers.dense({ units: 3 }), row, [3, 3], 2],
  ['dense without bias, on images', () => layers.dense({ units: 3, useBias: false, activation: 'relu' }), image, [2, 6, 5, 3], 1],
  ['conv1d', () => layers.conv1d({ filters: 3, kernelSize: 3, padding: 'causal' }), steps, [2, 7, 3], 2],
  [
    'conv1d, channels first',
    () => layers.conv1d({ filters: 3, kernelSize: 3, dataFormat: 'channelsFirst' }),
    steps,
    [2, 3, 2],
    2,
  ],
  ['conv2d', () => layers.conv2d({ filters: 3, kernelSize: 3 }), image, [2, 4, 3, 3], 2],
  [
    'conv2d with SAME',
    () => layers.conv2d({ filters: 3, kernelSize: [3, 2], strides: 2, padding: 'SAME' }),
    image,
    [2, 3, 3, 3],
    2,
  ],
  [
    'conv2d, channels first',
    () => layers.conv2d({ filters: 3, kernelSize: 3, dataFormat: 'channelsFirst' }),
    image,
    [2, 3, 3, 2],
    2,
  ],
  ['conv2d in groups', () => layers.conv2d({ filters: 6, kernelSize: 1, groups: 2, useBias: false }), image, [2, 6, 5, 6], 1],
  ['depthwiseConv1d', () => layers.depthwiseConv1d({ kernelSize: 3, depthMultiplier: 2 }), steps, [2, 5, 8], 2],
  ['depthwiseConv2d', () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), image, [2, 4, 3, 8], 2],
  ['separableConv1d', () => layers.separableConv1d({ filters: 3, kernelSize: 3 }), steps, [2, 5, 3], 3],
  ['separableConv2d', () => layers.separableConv2d({ filters: 3, kernelSize: 3, useBias: false }), image, [2, 4, 3, 3], 2],
  [
    'conv1dTranspose',
    () => layers.conv1dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
    steps,
    [2, 14, 3],
    2,
  ],
  [
    'conv2dTranspose',
    () => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
    image,
    [2, 12, 10, 3],
    2,
  ],
  [
    'conv2dTranspose, channels first',
    () => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, outputPadding: 1, dataFormat: 'channelsFirst' }),
    [2, 4, 6, 5],
    [2, 3, 14, 12],
    2,
  ],
  ['maxPooling1d', () => layers.maxPooling1d({}), steps, [2, 3, 4]],
  ['maxPooling2d', () => layers.maxPooling2d({ poolSize: [2, 3] }), image, [2, 3, 1, 4]],
  [
    'maxPooling2d, channels first',
    () => layers.maxPooling2d({ padding: 'same', dataFormat: 'channelsFirst' }),
    image,
    [2, 6, 3, 2],
  ],
  ['averagePooling1d', () => layers.averagePooling1d({ poolSize: 3, strides: 1 }), steps, [2, 5, 4]],
  ['averagePooling2d', () => layers.averagePooling2d({ strides: 1 }), image, [2, 5, 4, 4]],
  ['globalAveragePooling1d', () => layers.globalAveragePooling1d(), steps, [2, 4]],
  ['globalAveragePooling2d', () => layers.globalAveragePooling2d({ keepDims: true }), image, [2, 1, 1, 4]],
  ['globalAveragePooling2d, channels first', () => layers.globalAveragePooling2d({ dataFormat: 'channelsFirst' }), image, [2, 6]],
  ['globalMaxPooling1d', () => layers.globalMaxPooling1d({ keepDims: true }), steps, [2, 1, 4]],
  ['globalMaxPooling2d', () => layers.globalMaxPooling2d(), image, [2, 4]],
  ['batchNormalization', () => layers.batchNormalization(), image, image, 4, 2],
  ['batchNormalization of rows', () => layers.batchNormalization({ center: false }), row, row, 3, 1],
  ['batchNormalization of an axis', () => layers.batchNormalization({ axis: 1, scale: false }), image, image, 3, 1],
  ['layerNormalization', () => layers.layerNormalization({ axis: [1, 2] }), image, image, 2],
  ['groupNormalization', () => layers.groupNormalization({ groups: 2 }), image, image, 2],
  ['groupNormalization, channels first', () => layers.groupNormalization({ groups: 3, axis: 1 }), image, image, 2],
  ['rmsNormalization', () => layers.rmsNormalization(), row, row, 1],
  ['unitNormalization', () => layers.unitNormalization(), row, row],
  ['normalization', () => layers.normalization(), row, row, 3, 0],
  ['normalization with numbers', () => layers.normalization({ mean: 1, variance: 4 }), image, image],
  ['rescaling', () => layers.rescaling({ scale: [1, 2, 3, 4], offset: -1 }), image, image],
  ['resizing', () => layers.resizing({ height: 3, width: 8 }), image, [2, 3, 8, 4]],
  [
    'resizing, cropped',
    () => layers.resizing({ height: 4, width: 4, cropToAspectRatio: true, interpolation: 'nearest' }),
    image,
    [2, 4, 4, 4],
  ],
  ['centerCrop', () => layers.centerCrop({ height: 3, width: 2 }), image, [2, 3, 2, 4]],
  ['activation', () => layers.activation({ activation: 'tanh' }), row, row],
  ['reLU', () => layers.reLU({ maxValue: 0.5, negativeSlope: 0.1, threshold: 0.2 }), row, row],
  ['leakyReLU', () => layers.leakyReLU(), image, image],
  ['pReLU', () => layers.pReLU({ sharedAxes: [1, 2] }), image, image, 1],
  ['eLU', () => layers.eLU({ alpha: 0.5 }), row, row],
  ['softmax', () => layers.softmax({ axis: [1, 2] }), image, image],
  ['dropout', () => layers.dropout({ rate: 0.5, noiseShape: [null, 1], seed: 1 }), row, row],
  ['dropout of nothing', () => layers.dropout({ rate: 0 }), row, row],
  ['spatialDropout1d', () => layers.spatialDropout1d({ rate: 0.5 }), steps, steps],
  ['spatialDropout2d', () => layers.spatialDropout2d({ rate: 0.5, dataFormat: 'channelsFirst' }), image, image],
  ['gaussianNoise', () => layers.gaussianNoise({ stddev: 0.5 }), row, row],
  ['gaussianDropout', () => layers.gaussianDropout({ rate: 0.5 }), row, row],
  ['alphaDropout', () => layers.alphaDropout({ rate: 0.5 }), row, row],
  ['flatten', () => layers.flatten(), image, [2, 120]],
  ['flatten, channels first', () => layers.flatten({ dataFormat: 'channelsFirst' }), image, [2, 120]],
  ['reshape', () => layers.reshape({ targetShape: [-1, 2] }), image, [2, 60, 2]],
  ['permute', () => layers.permute({ dims: [3, 1, 2] }), image, [2, 4, 6, 5]],
  ['repeatVector', () => layers.repeatVector({ n: 2 }), row, [3, 2, 4]],
  ['zeroPadding1d', () => layers.zeroPadding1d({ padding: [1, 2] }), steps, [2, 10, 4]],
  [
    'zeroPadding2d',
    () =>
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 0],
        ],
        dataFormat: 'channelsFirst',
      }),
    image,
    [2, 6, 6, 6],
  ],
  ['cropping1d', () => layers.cropping1d(), steps, [2, 5, 4]],
  ['cropping2d', () => layers.cropping2d({ cropping: [1, 2] }), image, [2, 4, 1, 4]],
  ['upSampling1d', () => layers.upSampling1d({ size: 3 }), steps, [2, 21, 4]],
  ['upSampling2d', () => layers.upSampling2d({ size: [1, 3], dataFormat: 'channelsFirst' }), image, [2, 6, 5, 12]],
  ['upSampling2d, bilinear', () => layers.upSampling2d({ interpolation: 'bilinear' }), image, [2, 12, 10, 4]],
  ['add', () => layers.add(), [row, row, row], row],
  ['add of different ranks', () => layers.add(), [[2, 4], steps], steps],
  ['subtract', () => layers.subtract(), [row, row], row],
  ['multiply', () => layers.multiply(), [image, [2, 1, 1, 4]], image],
  ['average', () => layers.average(), [row, row], row],
  ['maximum', () => layers.maximum(), [row, row], row],
  ['minimum', () => layers.minimum(), [row, row], row],
  ['concatenate', () => layers.concatenate({ axis: 1 }), [steps, [2, 2, 4]], [2, 9, 4]],
  ['dot', () => layers.dot({ axes: [2, 1] }), [steps, [2, 4, 3]], [2, 7, 3]],
  ['dot of rows', () => layers.dot({ axes: -1, normalize: true }), [row, row], [3, 1]],
  ['dot of images', () => layers.dot({ axes: 3 }), [image, [2, 3, 2, 4]], [2, 6, 5, 3, 2]],
  ['identity', () => layers.identity(), row, row],
  ['activityRegularization', () => layers.activityRegularization({ l1: 0.1 }), row, row],
];

const isList = (input: number[] | number[][]): input is number[][] => Array.isArray(input[0]);

describe('the contract of a layer', () => {
  for (const [name, make, input, output, weights = 0, trainable = weights] of cases) {
    it(name, () => runLayerTest(make, { inputs: isList(input) ? input : [input], output, weights, trainable }));
  }
});

interface LayerClass {
  fromConfig(config: object): layers.Layer;
}

describe('float64', () => {
  for (const [name, make, input, output, weights = 0, trainable = weights] of cases) {
    const makeDouble = (): layers.Layer => {
      const single = make();
      const layerClass: unknown = single.constructor;
      return (layerClass as LayerClass).fromConfig({ ...single.getConfig(), dtype: 'float64' });
    };
    it(name, () =>
      runLayerTest(makeDouble, { inputs: isList(input) ? input : [input], output, weights, trainable, dtype: 'float64' }),
    );
  }
});
