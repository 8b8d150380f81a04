/** @file Loss scaling: gradients of float16 that would vanish are kept, steps with gradients that overflow are left out. */

import type { TypedArray } from '../core/dtype.js';
import { StateError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { currentGraph, type Graph } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { add, div, equal, logicalAnd, mul } from '../ops/binary.js';
import { all } from '../ops/reduce.js';
import { where } from '../ops/select.js';
import { isFinite as finiteElements, logicalNot } from '../ops/unary.js';
import type { Variable } from '../runtime/variable.js';
import { Optimizer, type WeightDecayExclusions } from './optimizer.js';
import type { LearningRate } from './options.js';

export interface LossScaleOptions {
  /** The optimizer that makes the steps. */
  readonly innerOptimizer: Optimizer;
  /** The first factor of the loss; default 2^15. Too large costs some left out steps, too small thousands of steps. */
  readonly initialScale?: number;
  /** After so many steps without overflow the factor is doubled; default 2000. */
  readonly dynamicGrowthSteps?: number;
  readonly name?: string;
}

/**
 * An optimizer around another. The loss is multiplied by a factor before it is differentiated, and the gradients are divided by it. When one
 * of them is not finite, the step is left out and the factor halved; after `dynamicGrowthSteps` finite steps it is doubled. All of it happens
 * on the device.
 *
 * `iterations` and `learningRate` are the inner optimizer's. Steps that were left out do not count; the host learns of them at the end of
 * each epoch, so that a schedule may run ahead by as many steps until then.
 *
 * @see keras.optimizers.LossScaleOptimizer
 */
export class LossScaleOptimizer extends Optimizer {
  readonly innerOptimizer: Optimizer;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  #weights: readonly Variable[] = [];
  #stepCounter: Variable | undefined;
  #dynamicScale: Variable | undefined;

  /** @throws ValueError for an inner optimizer that is none, or numbers out of range. */
  constructor(options: LossScaleOptions) {
    const where = 'lossScaleOptimizer';
    checkOptions(where, options, ['innerOptimizer', 'initialScale', 'dynamicGrowthSteps', 'name']);
    const { innerOptimizer, initialScale = 2 ** 15, dynamicGrowthSteps = 2000, name = 'loss_scale_optimizer' } = options;
    super(where, { name, learningRate: 0 }, [], 0);
    if (!(innerOptimizer instanceof Optimizer) || innerOptimizer instanceof LossScaleOptimizer) {
      throw new ValueError(`${where}: innerOptimizer is ${String(innerOptimizer)}; expected an optimizer, as optimizers.adam()`);
    }
    if (!(initialScale > 0 && Number.isFinite(initialScale)))
      throw new ValueError(`${where}: initialScale is ${initialScale}; expected a finite number above 0`);
    if (!(Number.isInteger(dynamicGrowthSteps) && dynamicGrowthSteps > 0))
      throw new ValueError(`${where}: dynamicGrowthSteps is ${dynamicGrowthSteps}; expected an integer of at least 1`);
    this.innerOptimizer = innerOptimizer;
    this.initialScale = initialScale;
    this.dynamicGrowthSteps = dynamicGrowthSteps;
  }

  /** The learning rate of the inner optimizer's next step. */
  override get learningRate(): number {
    return this.innerOptimizer.learningRate;
  }

  override set learningRate(rate: LearningRate) {
    this.innerOptimizer.learningRate = rate;
  }

  /** Completed steps of the inner optimizer. */
  override get iterations(): number {
    return this.innerOptimizer.iterations;
  }

  override set iterations(steps: number) {
    this.innerOptimizer.iterations = steps;
  }

  override recount(): Promise<void> {
    return this.innerOptimizer.recount();
  }

  override isLearningRate(variable: Variable): boolean {
    return this.innerOptimizer.isLearningRate(variable);
  }

  /** Own count of calls and rate (both stay 0, as in Keras), finite steps since the scale changed, the scale, then the inner optimizer's. */
  override get variables(): Variable[] {
    return this.built ? [...super.variables, ...this.innerOptimizer.variables] : [];
  }

  override restoreVariable(variable: Variable, value: TypedArray): void {
    if (this.innerOptimizer.variables.includes(variable)) this.innerOptimizer.restoreVariable(variable, value);
    else super.restoreVariable(variable, value);
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#weights = [...variables];
    this.innerOptimizer.build(variables);
  }

  /** `loss` times the scale. @throws StateError before `build`. */
  override scaleLoss(loss: Tensor): Tensor {
    return mul(loss, this.dynamicScale);
  }

  /** The factor of the loss, a scalar of float32. @throws StateError before `build`. */
  get dynamicScale(): Variable {
    return this.#made(this.#dynamicScale);
  }

  /** Finite steps since the scale changed last. @throws StateError before `build`. */
  get stepCounter(): Variable {
    return this.#made(this.#stepCounter);
  }

  override excludeFromWeightDecay(exclusions: WeightDecayExclusions): void {
    this.innerOptimizer.excludeFromWeightDecay(exclusions);
  }

  override finalize(): void {
    this.innerOptimizer.finalize();
  }

  override getConfig(): Record<string, unknown> {
    const { name, innerOptimizer, initialScale, dynamicGrowthSteps } = this;
    return { name, innerOptimizer, initialScale, dynamicGrowthSteps };
  }

  protected override buildSlots(): void {
    this.#stepCounter = this.addVariable('step_counter', [], 'int32');
    this.#dynamicScale = this.addVariable('dynamic_scale', [], 'float32', this.initialScale);
  }

  /** The inner optimizer makes the steps. */
  protected override updateStep(): void {}

  protected override traceStep(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const { innerOptimizer, dynamicScale, stepCounter } = this;
    const finite = gradients.map((gradient) => all(finiteElements(gradient))).reduce((some, others) => logicalAnd(some, others));
    const unscaled = gradients.map((gradient) => div(gradient, dynamicScale));
    this.#stepIf(finite, () => innerOptimizer.apply(unscaled, variables));
    const grows = equal(stepCounter, this.dynamicGrowthSteps - 1);
    stepCounter.assign(where(logicalAnd(finite, logicalNot(grows)), add(stepCounter, 1), 0));
    dynamicScale.assign(mul(dynamicScale, where(finite, where(grows, 2, 1), 0.5)));
  }

  /** Emits `step`, with what it assigns kept only where `finite` is true. */
  #stepIf(finite: Tensor, step: () => void): void {
    const graph = currentGraph() as Graph;
    const changed = [...this.#weights, ...this.innerOptimizer.variables].map((variable) => ({
      variable,
      before: variable.inGraph(graph),
    }));
    step();
    for (const { variable, before } of changed) {
      const after = variable.inGraph(graph);
      if (after !== before) variable.assign(where(finite, after, before));
    }
  }

  #made(variable: Variable | undefined): Variable {
    if (variable !== undefined) return variable;
    throw new StateError(`${this.name}: the optimizer is not built; call build(variables) first`);
  }
}
