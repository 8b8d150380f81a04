/** @file Short trainings of small networks; their losses and final weights tell devices apart. */

import { setDtypePolicy } from '../core/dtype_policy.js';
import * as layers from '../layers/index.js';
import { sequential } from '../models/index.js';
import type { Sequential } from '../models/sequential.js';
import * as optimizers from '../optimizers/index.js';
import type { Case } from './cases.js';

type Numbers = (seed: number, count: number) => Float32Array;

const images = 24;
const shape = [12, 12, 3];
const classes = 4;

function plain(): Sequential {
  const net = sequential([
    layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: shape }),
    layers.batchNormalization(),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: classes, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  return net;
}

function separable(): Sequential {
  const net = sequential([
    layers.separableConv2d({ filters: 8, kernelSize: 3, strides: 2, activation: 'tanh', inputShape: shape }),
    layers.batchNormalization(),
    layers.leakyReLU(),
    layers.globalAveragePooling2d(),
    layers.dense({ units: classes, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }), loss: 'sparseCategoricalCrossentropy' });
  return net;
}

function transposed(): Sequential {
  const net = sequential([
    layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', inputShape: shape }),
    layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
    layers.dropout({ rate: 0.2, seed: 5 }),
    layers.flatten(),
    layers.dense({ units: classes, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: optimizers.rmsprop({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy' });
  return net;
}

/** Two epochs in batches of which the last is smaller. */
async function train(net: Sequential, numbers: Numbers): Promise<Float32Array[]> {
  const x = { data: numbers(11, images * 12 * 12 * 3), shape: [images, ...shape] };
  const y = Int32Array.from(numbers(12, images), (value) => Math.floor((value + 1) * 0.5 * classes));
  const { history } = await net.fit(x, y, { batchSize: 10, epochs: 2, shuffle: false, verbose: 0 });
  const weights = await Promise.all(net.trainableWeights.map((weight) => weight.data()));
  net.dispose();
  return [Float32Array.from(history.loss as number[]), ...weights.map((values) => Float32Array.from(values as Float32Array))];
}

/** In mixed precision results are 16 bits wide between the layers; the devices round them at different places. */
function mixed(policy: 'mixed_bfloat16' | 'mixed_float16', tolerance: number, numbers: Numbers): Case {
  const run = async (): Promise<Float32Array[]> => {
    setDtypePolicy(policy);
    try {
      return await train(plain(), numbers);
    } finally {
      setDtypePolicy(null);
    }
  };
  return { name: `training: ${policy}`, run, tolerance };
}

export const trainings = (numbers: Numbers): Case[] => [
  { name: 'training: convolution, batch normalisation, Adam', run: () => train(plain(), numbers) },
  { name: 'training: separable convolution, SGD with momentum', run: () => train(separable(), numbers) },
  { name: 'training: transposed convolution, dropout, RMSprop', run: () => train(transposed(), numbers) },
  mixed('mixed_bfloat16', 3e-2, numbers),
  mixed('mixed_float16', 5e-3, numbers),
];
