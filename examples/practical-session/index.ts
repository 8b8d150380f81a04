/** @file A first convolutional network: pooling against none, custom layers, callbacks, an image pipeline. */

import { heading } from '../common.js';

heading('Practical session');
