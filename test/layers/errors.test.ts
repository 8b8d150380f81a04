/** The words of every layer's errors, for options and for inputs. */

import { clearSession, input, layers, tensor } from 'laminet';
import { beforeEach, describe, expect, it } from 'vitest';

beforeEach(() => clearSession());

const any = <T>(value: unknown): T => value as T;

const options: [make: () => unknown, words: string][] = [
  [() => layers.dense(any({})), 'Dense: units is undefined; expected an integer of at least 1'],
  [() => layers.dense({ units: 2.5 }), 'Dense: units is 2.5; expected an integer of at least 1'],
  [() => layers.dense({ units: 1, activation: 'rellu' }), "Dense: unknown activation 'rellu'; did you mean 'relu'?"],
  [() => layers.dense({ units: 1, kernelInitializer: 'glorot' }), "Dense: unknown initializer 'glorot'"],
  [() => layers.dense({ units: 1, kernelRegularizer: 'l3' }), "Dense: unknown regularizer 'l3'; did you mean 'l1'?"],
  [() => layers.dense({ units: 1, biasConstraint: 'nonneg2' }), "Dense: unknown constraint 'nonneg2'; did you mean 'nonNeg'?"],
  [() => layers.conv2d(any({ filter: 3 })), "Conv2D: unknown option 'filter'; did you mean 'filters'?"],
  [() => layers.conv2d({ filters: 0, kernelSize: 3 }), 'Conv2D: filters is 0; expected an integer of at least 1'],
  [() => layers.conv2d({ filters: -1, kernelSize: 3 }), 'Conv2D: filters is -1; expected an integer of at least 1'],
  [() => layers.conv2d({ filters: 1, kernelSize: 0 }), 'Conv2D: kernelSize is 0; expected an integer of at least 1 or 2 of them'],
  [
    () => layers.conv2d({ filters: 1, kernelSize: [1, 2, 3] }),
    'Conv2D: kernelSize is [1,2,3]; expected an integer of at least 1 or 2 of them',
  ],
  [
    () => layers.conv2d({ filters: 1, kernelSize: 1, strides: 0 }),
    'Conv2D: strides is 0; expected an integer of at least 1 or 2 of them',
  ],
  [
    () => layers.conv2d({ filters: 1, kernelSize: 1, padding: any('sane') }),
    "Conv2D: unknown padding 'sane'; did you mean 'same'?",
  ],
  [
    () => layers.conv2d({ filters: 1, kernelSize: 1, dataFormat: any('channels') }),
    "Conv2D: unknown dataFormat 'channels'; expected one of channelsLast, channelsFirst",
  ],
  [
    () => layers.conv2d({ filters: 1, kernelSize: 1, strides: 2, dilationRate: [1, 2] }),
    'Conv2D: strides [2, 2] and dilationRate [1, 2]; expected one of them to be 1',
  ],
  [() => layers.conv2d({ filters: 3, kernelSize: 1, groups: 2 }), 'Conv2D: 3 filters do not divide into 2 groups'],
  [() => layers.conv2d({ filters: 3, kernelSize: 1, groups: 0 }), 'Conv2D: groups is 0; expected an integer of at least 1'],
  [() => layers.conv1d({ filters: 3, kernelSize: [1, 2] }), 'Conv1D: kernelSize is [1,2]; expected an integer of at least 1'],
  [
    () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 0 }),
    'DepthwiseConv2D: depthMultiplier is 0; expected an integer of at least 1',
  ],
  [
    () => layers.conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, outputPadding: 2 }),
    'Conv2DTranspose: outputPadding [2, 2] and strides [2, 2]; expected less than the strides',
  ],
  [() => layers.maxPooling2d({ poolSize: 0 }), 'MaxPooling2D: poolSize is 0; expected an integer of at least 1 or 2 of them'],
  [() => layers.averagePooling1d({ padding: any('causal') }), "AveragePooling1D: unknown padding 'causal'"],
  [() => layers.batchNormalization({ momentum: 2 }), 'BatchNormalization: momentum is 2; expected a number in [0, 1]'],
  [() => layers.batchNormalization({ epsilon: -1 }), 'BatchNormalization: epsilon is -1; expected a number of at least 0'],
  [
    () => layers.groupNormalization({ groups: 0 }),
    'GroupNormalization: groups is 0; expected an integer of at least 1, or -1 for one channel a group',
  ],
  [() => layers.normalization({ mean: 1 }), 'Normalization: received mean without variance; expected both or neither'],
  [
    () => layers.normalization({ mean: [1, 2], variance: [1] }),
    'Normalization: mean and variance have different lengths; expected equal ones',
  ],
  [() => layers.rescaling(any({ scale: 'x' })), 'Rescaling: received scale "x" and offset 0; expected numbers, or lists of them'],
  [() => layers.resizing({ height: 0, width: 1 }), 'Resizing: height is 0; expected an integer of at least 1'],
  [
    () => layers.resizing({ height: 1, width: 1, interpolation: any('cubic') }),
    "Resizing: unknown interpolation 'cubic'; expected one of nearest, bilinear",
  ],
  [
    () => layers.resizing({ height: 1, width: 1, cropToAspectRatio: true, padToAspectRatio: true }),
    'Resizing: cropToAspectRatio and padToAspectRatio are both true; expected at most one of them',
  ],
  [() => layers.reLU({ negativeSlope: -1 }), 'ReLU: negativeSlope is -1; expected a number of at least 0'],
  [() => layers.reLU({ maxValue: -1 }), 'ReLU: maxValue is -1; expected a number of at least 0'],
  [() => layers.leakyReLU({ negativeSlope: any('0.1') }), 'LeakyReLU: negativeSlope is 0.1; expected a number of at least 0'],
  [() => layers.pReLU({ sharedAxes: [0] }), 'PReLU: sharedAxes is [0]; expected axes counted from 1, the first after the batch'],
  [() => layers.dropout({ rate: 1.5 }), 'Dropout: rate is 1.5; expected a number in [0, 1]'],
  [() => layers.dropout({ rate: Number.NaN }), 'Dropout: rate is NaN; expected a number in [0, 1]'],
  [() => layers.dropout({ rate: 0.5, seed: 0.5 }), 'Dropout: seed is 0.5; expected an integer or null'],
  [
    () => layers.dropout({ rate: 0.5, noiseShape: [0] }),
    'Dropout: noiseShape: received [0]; expected a list of positive integers, or null for sizes that may vary',
  ],
  [() => layers.spatialDropout2d(any({ rate: 0.5, noiseShape: [1] })), "SpatialDropout2D: unknown option 'noiseShape'"],
  [() => layers.gaussianNoise({ stddev: -0.1 }), 'GaussianNoise: stddev is -0.1; expected a number in [0, 1]'],
  [
    () => layers.reshape({ targetShape: [-1, -1] }),
    'Reshape: targetShape is [-1,-1]; expected positive integers and at most one -1',
  ],
  [() => layers.permute({ dims: [0, 1] }), 'Permute: dims is [0,1]; expected each axis from 1 to the number of axes once'],
  [() => layers.repeatVector({ n: 0 }), 'RepeatVector: n is 0; expected an integer of at least 1'],
  [
    () => layers.zeroPadding2d({ padding: [1, 2, 3] }),
    'ZeroPadding2D: padding is [1,2,3]; expected an integer of at least 0, [rows, columns] or [[top, bottom], [left, right]]',
  ],
  [
    () => layers.zeroPadding1d({ padding: -1 }),
    'ZeroPadding1D: padding is -1; expected an integer of at least 0, or [before, after]',
  ],
  [
    () => layers.cropping2d({ cropping: any('1') }),
    'Cropping2D: cropping is "1"; expected an integer of at least 0, [rows, columns] or [[top, bottom], [left, right]]',
  ],
  [() => layers.upSampling2d({ size: 0 }), 'UpSampling2D: size is 0; expected an integer of at least 1 or 2 of them'],
  [() => layers.dot({ axes: [1, 2, 3] }), 'Dot: axes is [1,2,3]; expected an axis, or one for each of the two inputs'],
  [
    () => new layers.Lambda(any({ function: 'relu' })),
    'Lambda: function is string; expected a function of the inputs; functions are not saved, pass it again',
  ],
  [() => layers.flatten(any(3)), 'Flatten: received 3; expected an object of options { name, trainable'],
  [
    () => input({ shape: [0] }),
    'input: shape: received [0]; expected a list of positive integers, or null for sizes that may vary',
  ],
  [() => input(any({ shape: 3 })), 'input: shape: received 3; expected a list of positive integers'],
  [() => input({}), 'input: received neither shape nor batchShape; expected one of them'],
  [() => input({ shape: [1], batchShape: [1, 1] }), 'input: received both shape and batchShape; expected one of them'],
  [() => input(any({ shap: [1] })), "input: unknown option 'shap'; did you mean 'shape'?"],
  [
    () => layers.dense({ units: 1, inputShape: [-1] }),
    'Dense: inputShape: received [-1]; expected a list of positive integers, or null for sizes that may vary',
  ],
];

describe('options', () => {
  for (const [make, words] of options) it(words, () => expect(make).toThrow(words));
});

const image = () => input({ shape: [4, 4, 3] });

const inputs: [apply: () => unknown, words: string][] = [
  [
    () => layers.conv2d({ filters: 2, kernelSize: 5, name: 'c' }).apply(image()),
    "Layer 'c' (Conv2D): conv2d: a window of [5, 5] does not fit the image [null, 4, 4, 3] [batch, height, width, channels] " +
      'with padding "valid"; use a larger image, a smaller window, or padding \'same\'',
  ],
  [
    () => layers.conv2d({ filters: 2, kernelSize: 1, groups: 2, name: 'c' }).apply(image()),
    "Layer 'c' (Conv2D): 3 input channels do not divide into 2 groups, received [null, 4, 4, 3]",
  ],
  [
    () => layers.conv2d({ filters: 2, kernelSize: 1, name: 'c' }).apply(input({ shape: [4, 4, null] })),
    "Layer 'c' (Conv2D): the number of channels (axis 3) must be known, received [null, 4, 4, null]; give it in the shape of the model's input",
  ],
  [
    () => layers.maxPooling2d({ poolSize: 5, name: 'p' }).apply(image()),
    "Layer 'p' (MaxPooling2D): maxPool: a window of [5, 5] does not fit the image [null, 4, 4, 3]",
  ],
  [
    () => layers.globalAveragePooling2d({ name: 'g' }).apply(input({ shape: [3] })),
    "Layer 'g' (GlobalAveragePooling2D): expected 4 dimensions [batch, height, width, channels], received [null, 3]; add a reshape before it",
  ],
  [
    () => layers.batchNormalization({ axis: 4, name: 'b' }).apply(image()),
    "Layer 'b' (BatchNormalization): axis: axis 4 is out of range for 4 dimensions; expected an integer in [-4, 4)",
  ],
  [
    () => layers.groupNormalization({ groups: 2, name: 'g' }).apply(image()),
    "Layer 'g' (GroupNormalization): 3 channels do not divide into 2 groups, received [null, 4, 4, 3]",
  ],
  [
    () => layers.normalization({ axis: 0, name: 'n' }).apply(image()),
    "Layer 'n' (Normalization): axis 0 is the batch; expected axes after it, or null",
  ],
  [
    () => layers.pReLU({ name: 'p' }).apply(input({ shape: [null, 2] })),
    "Layer 'p' (PReLU): the size of an axis (axis 1) must be known, received [null, null, 2]; give it in the shape of the model's input",
  ],
  [
    () => layers.reshape({ targetShape: [5, -1], name: 'r' }).apply(image()),
    "Layer 'r' (Reshape): 48 elements of a sample [4, 4, 3] do not fit targetShape [5, -1]",
  ],
  [
    () => layers.permute({ dims: [2, 1], name: 'p' }).apply(image()),
    "Layer 'p' (Permute): expected 3 dimensions, received [null, 4, 4, 3]; add a reshape before it",
  ],
  [
    () => layers.cropping2d({ cropping: 2, name: 'c' }).apply(image()),
    "Layer 'c' (Cropping2D): cropping [[2,2],[2,2]] leaves nothing of [null, 4, 4, 3]; crop less than the size of each axis",
  ],
  [
    () => layers.add({ name: 'a' }).apply(image()),
    "Layer 'a' (Add): received a tensor; expected a list of tensors: apply([a, b])",
  ],
  [() => layers.add({ name: 'a' }).apply([]), "Layer 'a' (Add): received a list of 0; expected a list of tensors: apply([a, b])"],
  [
    () => layers.subtract({ name: 's' }).apply([image(), image(), image()]),
    "Layer 's' (Subtract): received a list of 3; expected a list of 2 tensors: apply([a, b])",
  ],
  [
    () => layers.add({ name: 'a' }).apply([image(), input({ shape: [4, 4, 2] })]),
    "Layer 'a' (Add): the shapes do not fit together: received [null, 4, 4, 3] and [null, 4, 4, 2]; expected equal sizes or 1",
  ],
  [
    () => layers.add({ name: 'a' }).apply([tensor([[1], [2]]), tensor([[1]])]),
    "Layer 'a' (Add): the batch sizes differ: received [2, 1] and [1, 1]; expected one batch size",
  ],
  [
    () => layers.concatenate({ name: 'c' }).apply([image(), input({ shape: [4, 5, 3] })]),
    "Layer 'c' (Concatenate): the shapes differ beside axis 3: received [null, 4, 4, 3] and [null, 4, 5, 3]; expected equal sizes on all other axes",
  ],
  [
    () => layers.dot({ axes: 1, name: 'd' }).apply([input({ shape: [2] }), input({ shape: [3] })]),
    "Layer 'd' (Dot): the sizes that are summed over differ: 2 on axis 1 of [null, 2], 3 on axis 1 of [null, 3]; expected equal sizes",
  ],
  [
    () => layers.dot({ axes: 0, name: 'd' }).apply([input({ shape: [2] }), input({ shape: [2] })]),
    "Layer 'd' (Dot): axes is 0; expected axes other than the batch",
  ],
];

describe('inputs', () => {
  for (const [apply, words] of inputs) it(words, () => expect(apply).toThrow(words));
});
