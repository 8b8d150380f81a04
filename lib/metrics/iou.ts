/** @file Intersection over union of predicted and true regions, for segmentation. */

import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { castTo } from '../ops/apply.js';
import { add, div, greater, greaterEqual, less, logicalAnd, mul, notEqual, sub } from '../ops/binary.js';
import { broadcastTo } from '../ops/broadcast.js';
import { eye } from '../ops/create.js';
import { gather, scatterAdd } from '../ops/gather.js';
import { argMax, sum } from '../ops/reduce.js';
import { reshape } from '../ops/reshape.js';
import { where } from '../ops/select.js';
import type { Variable } from '../runtime/variable.js';
import { Metric, type MetricOptions } from './metric.js';

export interface MeanIoUOptions extends MetricOptions {
  readonly numClasses: number;
  /** A label that does not count; default null. */
  readonly ignoreClass?: number | null;
  /** Whether targets are class numbers rather than one-hot; default true. */
  readonly sparseYTrue?: boolean;
  /** Whether predictions are class numbers rather than scores of classes; default true. */
  readonly sparseYPred?: boolean;
  /** Axis of the classes where targets or predictions are not class numbers; default -1. */
  readonly axis?: number;
}

export interface IoUOptions extends MeanIoUOptions {
  /** The classes whose mean is taken. */
  readonly targetClassIds: readonly number[];
}

const epsilon = 1e-7;
const keys = ['numClasses', 'ignoreClass', 'sparseYTrue', 'sparseYPred', 'axis'];

/**
 * Mean over `targetClassIds` of `hits / (true + predicted - hits)`, from a confusion matrix of whole numbers. Classes that never occur do
 * not count; labels and predictions outside [0, numClasses) are ignored. Sample weights are cut to whole numbers, as in Keras.
 */
export class IoU extends Metric {
  override readonly direction = 'up';
  readonly matrix: Variable;
  readonly options: Required<Omit<IoUOptions, 'name'>>;
  readonly #where: string;

  constructor(options: IoUOptions, where = 'iou', own: readonly string[] = ['targetClassIds']) {
    super(options, where, [...keys, ...own]);
    this.#where = where;
    const { numClasses, targetClassIds, ignoreClass = null, sparseYTrue = true, sparseYPred = true, axis = -1 } = options;
    if (!Number.isInteger(numClasses) || numClasses < 1)
      throw new ValueError(`${where}: numClasses ${numClasses}; expected an integer of at least 1`);
    const wrong = targetClassIds.filter((id) => !Number.isInteger(id) || id < 0 || id >= numClasses);
    if (wrong.length > 0)
      throw new ValueError(`${where}: target class id ${wrong[0]} is out of range; expected integers in [0, ${numClasses})`);
    this.options = { numClasses, targetClassIds: [...targetClassIds], ignoreClass, sparseYTrue, sparseYPred, axis };
    this.matrix = this.addVariable('total_confusion_matrix', [numClasses, numClasses], 'int32');
  }

  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    const { numClasses, sparseYTrue, sparseYPred, axis } = this.options;
    const truth = reshape(castTo(sparseYTrue ? yTrue : argMax(yTrue, axis), 'int32'), [-1]);
    const guess = reshape(castTo(sparseYPred ? yPred : argMax(yPred, axis), 'int32'), [-1]);
    if (sizeOf(truth.shape) !== sizeOf(guess.shape)) {
      throw new ShapeError(`${this.#where}: yTrue ${formatShape(yTrue.shape)} does not fit yPred ${formatShape(yPred.shape)}`);
    }
    const counted = this.#counted(truth, guess);
    const weight = sampleWeight === undefined ? 1 : this.#weights(sampleWeight, truth);
    const place = where(counted, add(mul(truth, numClasses), guess), 0);
    const sums = scatterAdd(place, castTo(where(counted, weight, 0), 'float32'), [numClasses * numClasses]);
    this.matrix.assign(add(this.matrix, reshape(castTo(sums, 'int32'), [numClasses, numClasses])));
  }

  #counted(truth: Tensor, guess: Tensor): Tensor {
    const { numClasses, ignoreClass } = this.options;
    const inRange = (x: Tensor): Tensor => logicalAnd(greaterEqual(x, 0), less(x, numClasses));
    const valid = logicalAnd(inRange(truth), inRange(guess));
    return ignoreClass === null ? valid : logicalAnd(valid, notEqual(truth, ignoreClass));
  }

  #weights(sampleWeight: Tensor, truth: Tensor): Tensor {
    const whole = castTo(sampleWeight, 'int32');
    return broadcastTo(whole.rank > 1 ? reshape(whole, [-1]) : whole, truth.shape);
  }

  result(): Tensor {
    const { numClasses, targetClassIds } = this.options;
    const hits = sum(mul(this.matrix, eye(numClasses, numClasses, 'int32')), 1);
    const union = sub(add(sum(this.matrix, 0), sum(this.matrix, 1)), hits);
    const chosen = (x: Tensor): Tensor => castTo(gather(x, [...targetClassIds]), 'float32');
    const valid = greater(chosen(union), 0);
    const quotients = where(valid, div(chosen(hits), add(chosen(union), epsilon)), 0);
    return div(sum(quotients), add(sum(castTo(valid, 'float32')), epsilon));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.options };
  }
}

const allClasses = (numClasses: number): number[] => Array.from({ length: Math.max(numClasses, 0) || 0 }, (_, id) => id);

/** Mean of the intersection over union of all classes. */
export class MeanIoU extends IoU {
  constructor(options: MeanIoUOptions, where = 'meanIoU') {
    super({ ...options, targetClassIds: allClasses(options.numClasses) }, where);
  }

  override getConfig(): Record<string, unknown> {
    const { targetClassIds: _, ...config } = super.getConfig();
    return config;
  }
}

/** `meanIoU` for one-hot targets and scores of classes. */
export class OneHotMeanIoU extends MeanIoU {
  constructor(options: Omit<MeanIoUOptions, 'sparseYTrue'>) {
    super({ sparseYPred: false, ...options, sparseYTrue: false }, 'oneHotMeanIoU');
  }
}
