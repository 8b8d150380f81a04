/** @file Functions made from functions: compiled ones, and their gradients. */

import { ShapeError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import { currentGraph } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { convert, type TensorLike } from '../ops/apply.js';
import { TracedFunction } from '../runtime/function.js';
import type { Variable } from '../runtime/variable.js';
import { denseGradients } from './gradients.js';

type Result = Tensor | readonly Tensor[] | void;

/**
 * A function over tensors as a program: `fn` is traced once for each combination of input types, and each call is one native run. Variables
 * it reads are read anew at each call; what it assigns to them happens when the call has run.
 *
 * @param fn - written in ops; its own JavaScript (conditions, prints) runs only while it is traced
 * @example
 * const w = new Variable(tensor([1, 2]));
 * const step = compile((x) => { const y = ops.mul(w, x); w.assign(y); return y; });
 * await step(tensor([3, 3])).data(); // Float32Array [3, 6]
 */
export function compile<R extends Result>(fn: (...inputs: Tensor[]) => R): (...inputs: TensorLike[]) => R {
  let isList = true;
  const traced = new TracedFunction((inputs) => {
    const result: Result = fn(...inputs);
    if (result === undefined) return [];
    isList = Array.isArray(result);
    return isList ? (result as readonly Tensor[]) : [result as Tensor];
  });
  return (...inputs) => {
    const tensors = inputs.map((input) => convert('compile', input));
    // Inside another trace the function is simply part of it.
    if (currentGraph() !== undefined) return fn(...tensors);
    const outputs = traced.run(tensors);
    return (isList ? outputs : outputs[0]) as R;
  };
}

function checkScalar(where: string, value: Tensor): void {
  if (sizeOf(value.shape) !== 1) {
    throw new ShapeError(
      `${where}: the function returned shape ${formatShape(value.shape)}; expected a scalar; take its sum or mean`,
    );
  }
}

/**
 * The gradient of a scalar function with respect to its first argument.
 *
 * @throws ShapeError when `fn` does not return a scalar.
 * @example
 * const slope = grad((x) => ops.sum(ops.square(x)));
 * await slope(tensor([1, 2])).data(); // Float32Array [2, 4]
 */
export function grad(fn: (...inputs: Tensor[]) => Tensor): (...inputs: TensorLike[]) => Tensor {
  return compile((...inputs) => {
    const value = fn(...inputs);
    checkScalar('grad', value);
    return denseGradients(value, inputs.slice(0, 1))[0] as Tensor;
  });
}

/**
 * The value of a scalar function, and its gradients with respect to each argument.
 *
 * @returns a function that gives `[value, ...gradients]`
 * @example
 * const f = valueAndGrads((x, y) => ops.sum(ops.mul(x, y)));
 * const [value, dx, dy] = f(tensor([1, 2]), tensor([3, 4]));
 */
export function valueAndGrads(fn: (...inputs: Tensor[]) => Tensor): (...inputs: TensorLike[]) => Tensor[] {
  return compile((...inputs) => {
    const value = fn(...inputs);
    checkScalar('valueAndGrads', value);
    return [value, ...denseGradients(value, inputs)];
  });
}

/**
 * The value of a scalar function, and its gradients with respect to variables: for training loops of your own, inside `compile`.
 *
 * @returns `[value, gradients]`, gradients in the order of `variables`
 * @example
 * const step = compile((x, y) => {
 *   const [loss, gradients] = variableGrads(() => ops.mean(ops.square(ops.sub(net.apply(x), y))), net.trainableWeights);
 *   optimizer.apply(gradients, net.trainableWeights);
 *   return loss;
 * });
 */
export function variableGrads(fn: () => Tensor, variables: readonly Variable[]): [Tensor, Tensor[]] {
  const run = (): [Tensor, Tensor[]] => {
    const value = fn();
    checkScalar('variableGrads', value);
    return [value, denseGradients(value, variables)];
  };
  if (currentGraph() !== undefined) return run();
  const [value, ...found] = compile(() => run().flat())();
  return [value as Tensor, found as Tensor[]];
}
