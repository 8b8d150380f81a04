/** @file Functions made from functions: compiled ones, and their gradients. */

import { describeValue } from '../core/describe.js';
import { ShapeError, StateError, ValueError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import { currentGraph } from '../graph/graph.js';
import { Tensor } from '../graph/tensor.js';
import { convert, type TensorLike } from '../ops/apply.js';
import { currentDevice } from '../runtime/device.js';
import { TracedFunction } from '../runtime/function.js';
import type { Program, Stored } from '../runtime/program.js';
import type { Variable } from '../runtime/variable.js';
import { denseGradients } from './gradients.js';

// biome-ignore lint/suspicious/noConfusingVoidType: what a function without a return gives
type Result = Tensor | readonly Tensor[] | void;

/** How a function gives its results. */
type Form = 'nothing' | 'one' | 'list';

/**
 * A function over tensors as a program: `fn` is traced once for each combination of input types, and each call is one native run. Variables
 * it reads are read anew at each call; what it assigns to them happens when the call has run.
 *
 * @param fn - written in ops; its own JavaScript (conditions, prints) runs only while it is traced
 * @throws ValueError when `fn` is no function, or returns something else than tensors.
 * @example
 * const w = new Variable(tensor([1, 2]));
 * const step = compile((x) => {
 *   const y = ops.mul(w, x);
 *   w.assign(y);
 *   return y;
 * });
 * const y = step(tensor([3, 3])); // [3, 6]
 * const again = step(tensor([3, 3])); // [9, 18]
 */
export function compile<R extends Result>(fn: (...inputs: Tensor[]) => R): (...inputs: TensorLike[]) => R {
  return compileFor('compile', fn);
}

function compileFor<R extends Result>(where: string, fn: (...inputs: Tensor[]) => R): (...inputs: TensorLike[]) => R {
  checkFunction(where, fn);
  const forms = new WeakMap<Program, Form>();
  let latest: Form = 'nothing';
  const traced = new TracedFunction((inputs) => {
    const result: Result = fn(...inputs);
    latest = result === undefined ? 'nothing' : Array.isArray(result) ? 'list' : 'one';
    return tensorsOf(where, result);
  });
  return (...inputs) => {
    const tensors = inputs.map((input) => convert(where, input));
    // Inside another trace the function is simply part of it.
    if (currentGraph() !== undefined) return fn(...tensors);
    const stored = tensors.map((tensor) => withNumbers(where, tensor));
    const program = traced.program(stored, stored[0]?.device ?? currentDevice());
    const form = forms.get(program) ?? latest;
    forms.set(program, form);
    const outputs = program.run(stored);
    return (form === 'list' ? outputs : form === 'one' ? outputs[0] : undefined) as R;
  };
}

function checkFunction(where: string, fn: unknown): void {
  if (typeof fn !== 'function') throw new ValueError(`${where}: received ${describeValue(fn)}; expected a function of tensors`);
}

function tensorsOf(where: string, result: unknown): readonly Tensor[] {
  const list: readonly unknown[] = result === undefined ? [] : Array.isArray(result) ? result : [result];
  return list.map((entry) => {
    if (entry instanceof Tensor) return entry;
    const fix = entry instanceof Promise ? '; functions that are traced cannot wait' : '';
    throw new ValueError(
      `${where}: the function returned ${describeValue(entry)}; expected a tensor, a list of tensors or nothing${fix}`,
    );
  });
}

function withNumbers(where: string, tensor: Tensor): Stored {
  if ('buffer' in tensor) return tensor as Stored;
  throw new StateError(
    `${where}: received ${tensor.toString()}, which has no numbers; expected tensors made by tensor() or by ops outside a trace`,
  );
}

function checkScalar(where: string, value: Tensor): void {
  const [scalar] = tensorsOf(where, value);
  if (scalar === undefined) throw new ValueError(`${where}: the function returned nothing; expected a scalar`);
  if (sizeOf(scalar.shape) !== 1) {
    throw new ShapeError(
      `${where}: the function returned shape ${formatShape(scalar.shape)}; expected a scalar; take its sum or mean`,
    );
  }
}

/**
 * The gradient of a scalar function with respect to its first argument.
 *
 * @throws ShapeError when `fn` does not return a scalar.
 * @example
 * const slope = grad((x) => ops.sum(ops.square(x)));
 * const dx = slope(tensor([1, 2])); // [2, 4]
 */
export function grad(fn: (...inputs: Tensor[]) => Tensor): (...inputs: TensorLike[]) => Tensor {
  checkFunction('grad', fn);
  return compileFor('grad', (...inputs) => {
    const [first] = inputs;
    if (first === undefined) throw new ValueError('grad: called without arguments; expected at least one');
    const value = fn(...inputs);
    checkScalar('grad', value);
    return denseGradients(value, [first])[0] as Tensor;
  });
}

/**
 * The value of a scalar function, and its gradients with respect to each argument.
 *
 * @returns a function that gives `[value, ...gradients]`
 * @throws ShapeError when `fn` does not return a scalar.
 * @example
 * const f = valueAndGrads((x, y) => ops.sum(ops.mul(x, y)));
 * const [value, dx, dy] = f(tensor([1, 2]), tensor([3, 4])); // value 11, dx [3, 4], dy [1, 2]
 */
export function valueAndGrads(fn: (...inputs: Tensor[]) => Tensor): (...inputs: TensorLike[]) => Tensor[] {
  checkFunction('valueAndGrads', fn);
  return compileFor('valueAndGrads', (...inputs) => {
    const value = fn(...inputs);
    checkScalar('valueAndGrads', value);
    return [value, ...denseGradients(value, inputs)];
  });
}

/**
 * The value of a scalar function, and its gradients with respect to variables: for training loops of your own, inside `compile`.
 *
 * @returns `[value, gradients]`, gradients in the order of `variables`
 * @throws ShapeError when `fn` does not return a scalar.
 * @example
 * const optimizer = optimizers.sgd({ learningRate: 0.1 });
 * const step = compile((x, y) => {
 *   const forward = () => ops.mean(ops.square(ops.sub(net.apply(x, { training: true }), y)));
 *   const [loss, gradients] = variableGrads(forward, net.trainableWeights);
 *   optimizer.apply(gradients, net.trainableWeights);
 *   return loss;
 * });
 * const loss = await step(x, y).data();
 */
export function variableGrads(fn: () => Tensor, variables: readonly Variable[]): [Tensor, Tensor[]] {
  checkFunction('variableGrads', fn);
  const run = (): [Tensor, Tensor[]] => {
    const value = fn();
    checkScalar('variableGrads', value);
    return [value, denseGradients(value, variables)];
  };
  if (currentGraph() !== undefined) return run();
  const [value, ...found] = compileFor('variableGrads', () => run().flat())();
  return [value as Tensor, found as Tensor[]];
}
