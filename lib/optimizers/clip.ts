/** @file Limits on gradients. */

import type { Tensor } from '../graph/tensor.js';
import { add, div, greater, maximum, minimum, mul, sub } from '../ops/binary.js';
import { clipByValue } from '../ops/rectifiers.js';
import { sum } from '../ops/reduce.js';
import { where } from '../ops/select.js';
import { sqrt, square } from '../ops/unary.js';
import type { CheckedOptions } from './options.js';

/** The gradients, clipped as the options say. A limit of 0 or below clips nothing, as in Keras. */
export function clipGradients(gradients: readonly Tensor[], options: CheckedOptions): readonly Tensor[] {
  const { clipnorm, globalClipnorm, clipvalue } = options;
  if (clipnorm !== null && clipnorm > 0) return gradients.map((gradient) => clipByNorm(gradient, clipnorm));
  if (globalClipnorm !== null && globalClipnorm > 0) return clipByGlobalNorm(gradients, globalClipnorm);
  if (clipvalue !== null && clipvalue > 0) return gradients.map((gradient) => clipByValue(gradient, -clipvalue, clipvalue));
  return gradients;
}

/** `g * limit / max(|g|, limit)` */
function clipByNorm(gradient: Tensor, limit: number): Tensor {
  const squared = sum(square(gradient));
  const norm = where(greater(squared, 0), sqrt(squared), squared);
  return div(mul(gradient, limit), maximum(norm, limit));
}

/** All gradients times `limit * min(1 / |G|, 1 / limit)`, NaN where the norm is not finite. */
function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const norm = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce(add));
  const scale = add(mul(limit, minimum(div(1, norm), 1 / limit)), sub(norm, norm));
  return gradients.map((gradient) => mul(gradient, scale));
}
