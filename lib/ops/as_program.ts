/** @file Several ops as one program. */

import { currentGraph } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { DeviceTensor } from '../runtime/device_tensor.js';
import { TracedFunction } from '../runtime/function.js';

/**
 * `body` of tensors with numbers as a single program: large values between its ops share memory, and are gone when it ends, not when garbage
 * is collected. Inside a trace, and on symbolic tensors, `body` is only called.
 */
export function asProgram(x: Tensor, body: (x: Tensor) => readonly Tensor[]): readonly Tensor[] {
  if (currentGraph() !== undefined || !(x instanceof DeviceTensor)) return body(x);
  return new TracedFunction(([value]) => body(value as Tensor)).program([x], x.device).run([x]);
}
