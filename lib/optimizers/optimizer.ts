/** @file What an optimizer is: slots beside the weights, and the rule that changes both. */

import { type DType, dtypeOfArray, type TypedArray, typedArray } from '../core/dtype.js';
import { StateError, ValueError } from '../core/errors.js';
import { currentGraph } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { add, div, equal, mod, mul, notEqual, sub } from '../ops/binary.js';
import { where } from '../ops/select.js';
import { TracedFunction } from '../runtime/function.js';
import type { Variable } from '../runtime/variable.js';
import { LearningRateSchedule } from '../schedules/schedule.js';
import { clipGradients } from './clip.js';
import { Clock } from './clock.js';
import { type CheckedOptions, checkOptimizerOptions, type LearningRate, type OptimizerOptions } from './options.js';
import { Slots } from './slots.js';

/** Which weights take no weight decay. */
export interface WeightDecayExclusions {
  readonly varList?: readonly Variable[];
  /** Patterns: a weight whose name contains one is excluded. */
  readonly varNames?: readonly string[];
}

/**
 * Base of all optimizers. A subclass adds its slots in `buildSlots` and changes one weight in `updateStep`, with pointwise ops on tensors of
 * the weight's shape and scalars, so that a backend makes one pass of it.
 *
 * @example
 * class SignDescent extends optimizers.Optimizer {
 *   constructor(options = {}) {
 *     super('signDescent', options, [], 0.001);
 *   }
 *   updateStep(gradient, variable, learningRate) {
 *     this.assign(variable, ops.sub(variable, ops.mul(ops.sign(gradient), learningRate)));
 *   }
 * }
 */
export abstract class Optimizer {
  readonly name: string;
  protected readonly options: CheckedOptions;
  readonly #clock: Clock;
  #slots: Slots | undefined;
  #trained: readonly Variable[] = [];
  readonly #eager = new Map<string, TracedFunction>();
  #excluded: (variable: Variable) => boolean = () => false;
  /** During a trace with gradient accumulation: whether this batch ends a step. */
  #stepEnds: Tensor | undefined;

  /**
   * @param where - the factory's name, for errors
   * @param own - names of the subclass's own options
   * @param learningRate - its default
   */
  constructor(where: string, options: OptimizerOptions, own: readonly string[], learningRate: number) {
    this.options = checkOptimizerOptions(where, options, own, learningRate);
    this.name = this.options.name;
    this.#clock = new Clock(this.name, this.options.learningRate);
  }

  /** Emits the change of one weight and its slots, with `this.assign`. */
  protected abstract updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void;

  /** Makes the subclass's slots, with `addSlots` and `addVariable`. */
  protected buildSlots(_variables: readonly Variable[]): void {}

  /** Called in the trace once a step, before the updates of the weights. */
  protected beginStep(): void {}

  /** The learning rate of the next step. Set it at any time to a number or a schedule; a number over a schedule throws. */
  get learningRate(): number {
    return this.#clock.rate;
  }

  set learningRate(rate: LearningRate) {
    this.#clock.setRate(rate);
  }

  /** The same as `learningRate`. */
  get lr(): number {
    return this.learningRate;
  }

  set lr(rate: LearningRate) {
    this.learningRate = rate;
  }

  /** Completed steps, counted when they are queued. Set it when a state is restored. */
  get iterations(): number {
    return Math.floor(this.#clock.calls / (this.options.gradientAccumulationSteps ?? 1));
  }

  set iterations(steps: number) {
    if (!Number.isInteger(steps) || steps < 0) {
      throw new ValueError(`${this.name}.iterations: ${steps}; expected an integer of at least 0`);
    }
    this.#clock.setCalls(steps * (this.options.gradientAccumulationSteps ?? 1));
  }

  /** Counts the steps that the device has made: of those that were queued, some may have been cancelled. */
  recount(): Promise<void> {
    return this.#clock.recount();
  }

  /** Iteration count, learning rate (unless a schedule gives it), then the slots, in Keras's order. Empty before `build`. */
  get variables(): Variable[] {
    const { callsVariable, rateVariable, source } = this.#clock;
    if (callsVariable === undefined || rateVariable === undefined || this.#slots === undefined) return [];
    const counters = typeof source === 'number' ? [callsVariable, rateVariable] : [callsVariable];
    return [...counters, ...this.#slots.variables];
  }

  /** Whether a variable holds the learning rate, which the device is told before a step. */
  isLearningRate(variable: Variable): boolean {
    return variable === this.#clock.rateVariable;
  }

  /**
   * Goes back to a saved state: values for all `variables`, in their order.
   *
   * @throws StateError before `build`, ValueError when their number differs.
   */
  restore(values: readonly TypedArray[]): void {
    if (this.#slots === undefined) throw new StateError(`${this.name}.restore: the optimizer is not built; call build first`);
    const { variables } = this;
    if (values.length !== variables.length) {
      throw new ValueError(`${this.name}.restore: received ${values.length} values; expected ${variables.length}`);
    }
    for (const [i, variable] of variables.entries()) this.restoreVariable(variable, values[i] as TypedArray);
  }

  /** One of `variables` goes back to a saved value. */
  restoreVariable(variable: Variable, value: TypedArray): void {
    if (variable === this.#calls) this.#clock.setCalls(value[0] as number);
    else if (this.isLearningRate(variable)) this.learningRate = value[0] as number;
    else variable.assign(dtypeOfArray(value) === variable.dtype ? value : typedArray(variable.dtype, value));
  }

  get built(): boolean {
    return this.#slots !== undefined;
  }

  /** Makes the slots for these weights; a second call does nothing. Subclasses override `buildSlots`. */
  build(variables: readonly Variable[]): void {
    if (this.built) return;
    const [first] = variables;
    if (first === undefined) throw new ValueError(`${this.name}: there are no variables to train`);
    this.#trained = [...variables];
    this.#clock.build(first);
    this.#slots = new Slots(first.device, this.name);
    if (this.options.useEma) this.addSlots(variables, ['average']);
    if (this.options.gradientAccumulationSteps !== null) this.addSlots(variables, ['gradient_accumulator']);
    this.buildSlots(variables);
  }

  /** A slot of each name for each variable, of its shape and type, filled with `values` (0). */
  protected addSlots(variables: readonly Variable[], names: readonly string[], values: readonly number[] = []): void {
    this.#slots?.addFor(variables, names, values);
  }

  /** A variable of the optimizer that belongs to no single weight. */
  protected addVariable(name: string, shape: readonly number[], dtype: DType, value = 0): Variable {
    return (this.#slots as Slots).add(name, shape, dtype, value);
  }

  /** The slot `name` of a variable. */
  protected slot(name: string, variable: Variable): Variable {
    return (this.#slots as Slots).get(name, variable);
  }

  /** The number of the step being made, 1 for the first, as a scalar of `dtype`. */
  protected stepNumber(dtype: DType): Tensor {
    return castTo(add(this.#completedSteps(), 1), dtype);
  }

  /** Assigns a weight or a slot; while gradients accumulate, only in the batch that ends a step. */
  protected assign(variable: Variable, value: Tensor): void {
    variable.assign(this.#stepEnds === undefined ? value : where(this.#stepEnds, value, variable));
  }

  /** Leaves weights out of weight decay. @throws StateError after `build`. */
  excludeFromWeightDecay({ varList = [], varNames = [] }: WeightDecayExclusions): void {
    if (this.built) {
      throw new StateError(
        `${this.name}.excludeFromWeightDecay: the optimizer is built already; call it before the training starts`,
      );
    }
    const listed = new Set(varList);
    const pattern = varNames.length > 0 ? new RegExp(varNames.join('|')) : undefined;
    this.#excluded = (variable) => listed.has(variable) || (pattern?.test(variable.name) ?? false);
  }

  /**
   * One step: clips the gradients, decays and updates the weights, then moving averages, constraints and the step count. Inside a trace
   * it becomes part of the program; outside it runs at once.
   *
   * @param gradients - one a variable; null where the loss does not depend on it: it is left alone, with a warning in a trace
   * @throws ValueError when every gradient is null, or a variable is not one of those the optimizer was built with.
   */
  apply(gradients: readonly (Tensor | null)[], variables: readonly Variable[]): void {
    if (gradients.length !== variables.length) {
      throw new ValueError(`${this.name}: ${gradients.length} gradients for ${variables.length} variables; expected as many`);
    }
    this.build(variables);
    this.#checkKnown(variables);
    const present = variables.filter((_, i) => gradients[i]);
    const missing = variables.filter((_, i) => !gradients[i]).map((variable) => variable.path);
    if (present.length === 0) throw new ValueError(`${this.name}: no gradients for any variable; does the loss depend on them?`);
    const given = gradients.filter((gradient) => gradient !== null);
    const graph = currentGraph();
    if (graph === undefined) {
      this.#applyNow(given, present);
      return;
    }
    if (missing.length > 0) {
      process.emitWarning(`${this.name}: the loss does not depend on ${missing.join(', ')}; they are not trained`);
    }
    graph.inLayer(`${this.name}/update`, () => this.traceStep(given, present));
  }

  /** The loss that is differentiated; `apply` undoes what this does to the gradients. */
  scaleLoss(loss: Tensor): Tensor {
    return loss;
  }

  /** Emits a step into the current trace. */
  protected traceStep(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    currentGraph()?.beforeRun.add(this.#clock.beforeRun);
    this.#trace(gradients, variables);
  }

  /** Puts the moving averages in place of the weights (`useEma`). `fit` calls it at its end. */
  finalize(): void {
    if (!this.options.useEma) return;
    for (const variable of this.#trained) variable.assign(this.slot('average', variable));
  }

  /** The options that make an equal optimizer; a schedule as `{ className, config }`. */
  getConfig(): Record<string, unknown> {
    const { source } = this.#clock;
    const isSchedule = source instanceof LearningRateSchedule;
    return {
      ...this.options,
      learningRate: isSchedule ? { className: source.constructor.name, config: source.getConfig() } : source,
    };
  }

  #checkKnown(variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.#trained.includes(variable)) continue;
      throw new ValueError(
        `${this.name}: unknown variable '${variable.path}'; an optimizer trains only the variables it was built with; ` +
          'compile the model again, with a new optimizer',
      );
    }
  }

  #applyNow(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const key = variables.map((variable) => this.#trained.indexOf(variable)).join();
    let step = this.#eager.get(key);
    if (step === undefined) {
      step = new TracedFunction((inputs) => {
        this.apply(inputs, variables);
        return [];
      });
      this.#eager.set(key, step);
    }
    step.run(gradients);
  }

  get #calls(): Variable {
    return this.#clock.callsVariable as Variable;
  }

  /** Completed steps as an int32 scalar. */
  #completedSteps(): Tensor {
    const { gradientAccumulationSteps } = this.options;
    return gradientAccumulationSteps === null ? this.#calls : div(this.#calls, gradientAccumulationSteps);
  }

  #rateFor(variable: Variable): Tensor {
    return castTo(this.#clock.rateVariable as Variable, variable.dtype);
  }

  #trace(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const typed = gradients.map((gradient, i) => castTo(gradient, (variables[i] as Variable).dtype));
    try {
      const ready = this.#accumulate(typed, variables);
      const clipped = clipGradients(ready, this.options);
      this.#decayWeights(variables);
      this.beginStep();
      variables.forEach((variable, i) => {
        this.updateStep(clipped[i] as Tensor, variable, this.#rateFor(variable));
      });
    } finally {
      this.#stepEnds = undefined;
    }
    if (this.options.useEma) this.#average();
    for (const variable of variables) {
      if (variable.constraint !== null) variable.assign(variable.constraint(variable));
    }
    this.#calls.assign(add(this.#calls, 1));
  }

  /** Adds up gradients; gives their mean, which is used when the step ends. */
  #accumulate(gradients: readonly Tensor[], variables: readonly Variable[]): readonly Tensor[] {
    const { gradientAccumulationSteps } = this.options;
    if (gradientAccumulationSteps === null) return gradients;
    const stepEnds = equal(mod(add(this.#calls, 1), gradientAccumulationSteps), 0);
    this.#stepEnds = stepEnds;
    return gradients.map((gradient, i) => {
      const accumulator = this.slot('gradient_accumulator', variables[i] as Variable);
      const total = add(gradient, accumulator);
      accumulator.assign(where(stepEnds, 0, total));
      return div(total, gradientAccumulationSteps);
    });
  }

  /** `w -= w * weightDecay * rate` */
  #decayWeights(variables: readonly Variable[]): void {
    const { weightDecay } = this.options;
    if (weightDecay === null) return;
    for (const variable of variables) {
      if (this.#excluded(variable)) continue;
      this.assign(variable, sub(variable, mul(mul(variable, weightDecay), this.#rateFor(variable))));
    }
  }

  /** The first step sets the average to the weight. */
  #average(): void {
    const { emaMomentum, emaOverwriteFrequency } = this.options;
    for (const variable of this.#trained) {
      const average = this.slot('average', variable);
      const momentum = mul(castTo(notEqual(this.#completedSteps(), 0), variable.dtype), emaMomentum);
      average.assign(add(mul(momentum, average), mul(sub(1, momentum), variable)));
      if (emaOverwriteFrequency === null) continue;
      const overwrites = equal(mod(add(this.#completedSteps(), 1), emaOverwriteFrequency), 0);
      variable.assign(where(overwrites, average, variable));
    }
  }
}
