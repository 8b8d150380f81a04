/** @file `pad`: cells around (or cut from) a tensor and between its elements; `mirrorPad`; `reverse`. */

import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, normalizeAxes, type Shape } from '../core/shape.js';
import type { Attributes, Op, ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { apply1, convert, type TensorLike } from './apply.js';
import { add } from './binary.js';
import { checkInteger } from './check.js';
import { slice, sliceAxis } from './slice.js';

/** Cells before and after each axis. */
export type Paddings = readonly (readonly [number, number] | readonly number[])[];

interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly interior: readonly number[];
}

const padOf = (attributes: Attributes): PadAttributes => attributes as Attributes & PadAttributes;
const dilated = (size: number, interior: number): number => (size === 0 ? 0 : (size - 1) * (interior + 1) + 1);

function padded(shape: Shape, attributes: Attributes): Shape {
  const { before, after, interior } = padOf(attributes);
  return shape.map((size, i) => {
    if (size === null) return null;
    const result = (before[i] as number) + dilated(size, interior[i] as number) + (after[i] as number);
    if (result >= 0) return result;
    throw new ShapeError(
      `pad: [${before[i]}, ${after[i]}] on axis ${i} of ${formatShape(shape)} cuts off more than its ${size} elements`,
    );
  });
}

const op: Op = {
  name: 'pad',
  infer: ([x], attributes) => [{ dtype: (x as ValueType).dtype, shape: padded((x as ValueType).shape, attributes) }],
  // What was cut off gets 0, what was added is dropped.
  gradient({ operands: [x], gradients: [g], attributes }) {
    if (!x || !g) return [null];
    const { before, after, interior } = padOf(attributes);
    const back = before.map((cells, i): [number, number] => [-cells, -(after[i] as number)]);
    return [
      slice(
        pad(g, back),
        before.map(() => 0),
        x.shape,
        { strides: interior.map((cells) => cells + 1) },
      ),
    ];
  },
};

const mirrorOp: Op = {
  name: 'mirror_pad',
  infer([x], { before, after }) {
    const { dtype, shape } = x as ValueType;
    const [front, back] = [before, after] as [readonly number[], readonly number[]];
    const result = shape.map((size, i) => {
      const cells = [front[i], back[i]] as [number, number];
      if (size !== null && cells.some((count) => count >= size) && cells.some((count) => count > 0)) {
        throw new ShapeError(
          `mirrorPad: [${cells.join(', ')}] on axis ${i} of ${formatShape(shape)}; expected less than its ${size} elements`,
        );
      }
      return size === null ? null : size + cells[0] + cells[1];
    });
    return [{ dtype, shape: result }];
  },
  gradient({ operands: [x], gradients: [g], attributes: { before, after } }) {
    if (!x || !g) return [null];
    const [front, back] = [before, after] as [readonly number[], readonly number[]];
    return [
      x.shape.reduce<Tensor>(
        (flowing, size, axis) => fold(flowing, axis, size as number, front[axis] as number, back[axis] as number),
        g,
      ),
    ];
  },
};

/** The gradient of one mirrored axis: both margins are folded back to where they came from. */
function fold(g: Tensor, axis: number, size: number, before: number, after: number): Tensor {
  const placed = (part: Tensor, start: number, count: number): Tensor =>
    pad(
      reverse(part, axis),
      part.shape.map((_, i): [number, number] => (i === axis ? [start, size - start - count] : [0, 0])),
    );
  let result = sliceAxis(g, axis, before, size);
  if (before > 0) result = add(result, placed(sliceAxis(g, axis, 0, before), 1, before));
  if (after > 0) result = add(result, placed(sliceAxis(g, axis, before + size, after), size - 1 - after, after));
  return result;
}

function margins(where: string, x: Tensor, paddings: Paddings, least: number): { before: number[]; after: number[] } {
  const fits =
    paddings.length === x.rank &&
    paddings.every((cells) => cells.length === 2 && cells.every((count) => Number.isInteger(count) && count >= least));
  if (fits) return { before: paddings.map((cells) => cells[0] as number), after: paddings.map((cells) => cells[1] as number) };
  throw new ValueError(
    `${where}: paddings ${JSON.stringify(paddings)} for shape ${formatShape(x.shape)}; expected [before, after] for each axis` +
      `${least === 0 ? ', not negative' : ''}`,
  );
}

export interface PadOptions {
  /** What the new cells hold; 0 by default. */
  readonly value?: number;
  /** New cells between neighbours, by axis; none by default. */
  readonly interior?: readonly number[];
}

/**
 * New cells before and after each axis; negative numbers cut elements off instead.
 *
 * @param paddings - `[before, after]` for each axis
 * @throws ValueError unless there are two integers for each axis, ShapeError when more is cut off than there is.
 * @example
 * const framed = pad(tensor([[1, 2]]), [[0, 0], [1, 1]]); // [[0, 1, 2, 0]]
 */
export function pad(x: TensorLike, paddings: Paddings, options: PadOptions = {}): Tensor {
  const operand = convert('pad', x);
  const { before, after } = margins('pad', operand, paddings, Number.NEGATIVE_INFINITY);
  const interior = options.interior ?? before.map(() => 0);
  if (interior.length !== operand.rank)
    throw new ValueError(`pad: interior ${formatShape(interior)} for shape ${formatShape(operand.shape)}`);
  for (const cells of interior) checkInteger('pad', 'interior', cells, 0);
  if ([...before, ...after, ...interior].every((cells) => cells === 0)) return operand;
  return apply1(op, [operand], { before, after, interior, value: options.value ?? 0 });
}

/**
 * New cells that mirror the elements at the border, without repeating the outermost: `abc` padded by 2 is `cbabcba`.
 *
 * @param paddings - `[before, after]` for each axis, less than its size
 * @throws ValueError for negative numbers, ShapeError when an axis is too short.
 * @example
 * const framed = mirrorPad(tensor([1, 2, 3]), [[2, 1]]); // [3, 2, 1, 2, 3, 2]
 */
export function mirrorPad(x: TensorLike, paddings: Paddings): Tensor {
  const operand = convert('mirrorPad', x);
  const { before, after } = margins('mirrorPad', operand, paddings, 0);
  return [...before, ...after].every((cells) => cells === 0) ? operand : apply1(mirrorOp, [operand], { before, after });
}

const reverseOp: Op = {
  name: 'reverse',
  infer: ([x]) => [x as ValueType],
  gradient: ({ gradients: [g], attributes }) => [g ? reverse(g, attributes.axes as readonly number[]) : null],
};

/**
 * Elements in opposite order along the given axes; all axes by default.
 *
 * @throws ValueError for an axis out of range.
 * @example
 * const mirrored = reverse(images, 2); // left and right exchanged
 */
export function reverse(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const operand = convert('reverse', x);
  const axes = normalizeAxes('reverse', axis, operand.rank);
  return axes.length === 0 ? operand : apply1(reverseOp, [operand], { axes });
}
