/** Gradients as numbers, for cases where they are known. */
import { denseGradients } from '../../lib/autodiff/gradients.js';
import type { Tensor } from '../../lib/graph/tensor.js';
import { setDevice } from '../../lib/runtime/device.js';
import { runOn } from './ops.js';

/** Gradients of a scalar by its one-dimensional float32 operands, on the reference device. */
export async function gradientOf(
  body: (...inputs: Tensor[]) => Tensor,
  values: readonly (readonly number[])[],
): Promise<number[][]> {
  const inputs = values.map((list) => ({ data: Float32Array.from(list), shape: [list.length], dtype: 'float32' as const }));
  const outputs = await runOn(setDevice('reference'), (...operands) => denseGradients(body(...operands), operands), inputs);
  return outputs.map(({ data }) => Array.from(data));
}
