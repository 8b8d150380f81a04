/** @file Data sets that everybody starts with: `datasets.mnist.load()`. */

export * as cifar10 from './cifar10.js';
export * as fashionMnist from './fashion_mnist.js';
export * as mnist from './mnist.js';
