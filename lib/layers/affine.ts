/** @file What dense and convolution layers share: an activation, a bias, a kernel, each with initializer, regularizer and constraint. */

import { type Activation, type ActivationIdentifier, getActivation } from '../activations/index.js';
import { type ConstraintIdentifier, getConstraint } from '../constraints/index.js';
import type { Constraint } from '../constraints/constraint.js';
import type { Tensor } from '../graph/tensor.js';
import { getInitializer, type InitializerIdentifier } from '../initializers/index.js';
import type { Initializer } from '../initializers/initializer.js';
import { add } from '../ops/binary.js';
import { getRegularizer, type RegularizerIdentifier } from '../regularizers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import type { Variable } from '../runtime/variable.js';
import { Layer, type LayerOptions } from './layer.js';

export interface BiasOptions extends LayerOptions {
  /** Applied to the result; none by default. */
  readonly activation?: ActivationIdentifier;
  /** Whether a bias is added; default true. */
  readonly useBias?: boolean;
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerIdentifier;
  readonly biasRegularizer?: RegularizerIdentifier;
  readonly biasConstraint?: ConstraintIdentifier;
}

/** A layer that adds a bias and applies an activation at its end. */
export abstract class BiasLayer extends Layer {
  static override readonly optionNames: readonly string[] = ['activation', 'useBias', 'biasInitializer', 'biasRegularizer', 'biasConstraint'];
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly biasInitializer: Initializer;
  readonly biasRegularizer: Regularizer | null;
  readonly biasConstraint: Constraint | null;
  bias: Variable | null = null;

  constructor(options: BiasOptions) {
    super(options);
    const where = new.target.name;
    this.activation = getActivation(where, options.activation);
    this.useBias = options.useBias ?? true;
    this.biasInitializer = getInitializer(where, options.biasInitializer ?? 'zeros');
    this.biasRegularizer = getRegularizer(where, options.biasRegularizer);
    this.biasConstraint = getConstraint(where, options.biasConstraint);
  }

  /** For `build`, after the kernels: Keras's order of weights. */
  protected addBias(size: number): void {
    if (!this.useBias) return;
    const { biasInitializer: initializer, biasRegularizer: regularizer, biasConstraint: constraint } = this;
    this.bias = this.addWeight({ name: 'bias', shape: [size], initializer, regularizer, constraint });
  }

  /** `x + bias` along the last axis. */
  protected withBias(x: Tensor): Tensor {
    return this.bias === null ? x : add(x, this.bias);
  }
}

export interface KernelOptions extends BiasOptions {
  /** Default `glorotUniform`. */
  readonly kernelInitializer?: InitializerIdentifier;
  readonly kernelRegularizer?: RegularizerIdentifier;
  readonly kernelConstraint?: ConstraintIdentifier;
}

/** A layer with one kernel. */
export abstract class KernelLayer extends BiasLayer {
  static override readonly optionNames: readonly string[] = ['kernelInitializer', 'kernelRegularizer', 'kernelConstraint'];
  readonly kernelInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  #kernel: Variable | undefined;

  constructor(options: KernelOptions) {
    super(options);
    const where = new.target.name;
    this.kernelInitializer = getInitializer(where, options.kernelInitializer ?? 'glorotUniform');
    this.kernelRegularizer = getRegularizer(where, options.kernelRegularizer);
    this.kernelConstraint = getConstraint(where, options.kernelConstraint);
  }

  /** The kernel; undefined before the layer is built. */
  get kernel(): Variable | undefined {
    return this.#kernel;
  }

  protected addKernel(shape: readonly number[]): void {
    const { kernelInitializer: initializer, kernelRegularizer: regularizer, kernelConstraint: constraint } = this;
    this.#kernel = this.addWeight({ name: 'kernel', shape, initializer, regularizer, constraint });
  }
}
