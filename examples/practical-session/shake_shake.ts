/** @file A layer of one's own: the shake-shake regularisation of Gastaldi (https://arxiv.org/abs/1705.07485), without residual branches. */

import { layers, ops, type Tensor } from 'laminet';

/**
 * Multiplies each sample by a random number of its own while training, another one in the backward pass, and by 0.5 otherwise.
 *
 * A layer of one's own has up to three methods: `build(inputShape)` makes the weights (there are none here), `call(x)` computes, and
 * `computeOutputShape(inputShape)` says what shape comes out; without it the shape is found by tracing `call`.
 */
export class ShakeShake extends layers.Layer {
  override call(x: Tensor, { training }: layers.CallOptions): Tensor {
    // In inference every sample passes at half its size, the mean of alpha.
    if (!training) return ops.mul(x, 0.5);
    // One number for each sample of the batch; the other axes are 1, so that it spreads over the whole sample.
    const shape = [x.shape[0] ?? null, 1, 1, 1];
    const alpha = ops.randomUniform(shape);
    const beta = ops.randomUniform(shape);
    // Forward, beta cancels and alpha * x is left. Backward, nothing flows through stopGradient, so the gradient is beta alone.
    return ops.add(ops.mul(beta, x), ops.stopGradient(ops.mul(ops.sub(alpha, beta), x)));
  }

  override computeOutputShape(inputShape: layers.Shapes): layers.Shapes {
    return inputShape;
  }
}
