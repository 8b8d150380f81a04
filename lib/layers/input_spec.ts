/** @file What a layer expects of its inputs, checked before it runs. */

import { ShapeError, ValueError } from '../core/errors.js';
import { compatible, type Dimension, formatShape, type Shape } from '../core/shape.js';

export interface InputSpec {
  /** Exact number of dimensions. */
  readonly rank?: number;
  readonly minRank?: number;
  /** Names of the dimensions, for messages: `['batch', 'height', 'width', 'channels']`. */
  readonly dimensions?: readonly string[];
  /** Sizes by axis (negative counts from the end), known since the layer was built. */
  readonly axes?: Readonly<Record<number, number>>;
}

/** @throws ShapeError with the expected dimensions by name, ValueError when the number of inputs differs. */
export function checkInputs(specs: readonly InputSpec[], shapes: readonly Shape[]): void {
  if (specs.length !== shapes.length) {
    throw new ValueError(`expected ${specs.length} input${specs.length === 1 ? '' : 's'}, received ${shapes.length}`);
  }
  for (const [i, spec] of specs.entries()) checkInput(spec, shapes[i] as Shape);
}

function checkInput({ rank, minRank, dimensions, axes }: InputSpec, shape: Shape): void {
  const names = dimensions === undefined ? '' : ` [${dimensions.join(', ')}]`;
  if (rank !== undefined && shape.length !== rank) {
    throw new ShapeError(`expected ${rank} dimensions${names}, received ${formatShape(shape)}; add a reshape before it`);
  }
  if (minRank !== undefined && shape.length < minRank) {
    throw new ShapeError(`expected at least ${minRank} dimensions, received ${formatShape(shape)}; add a reshape before it`);
  }
  for (const [key, size] of Object.entries(axes ?? {})) {
    const axis = Number(key) < 0 ? Number(key) + shape.length : Number(key);
    const received = shape[axis] as Dimension;
    if (!compatible(received, size)) {
      const name = dimensions?.[axis];
      const expected = name === undefined ? `size ${size} on axis ${axis}` : `${size} ${name}`;
      throw new ShapeError(`expected ${expected}, received ${received} in ${formatShape(shape)}; it was built for ${size}`);
    }
  }
}

/** The size of an axis that weights depend on. @throws ShapeError when it is not known. */
export function knownSize(shape: Shape, axis: number, name: string): number {
  const index = axis < 0 ? axis + shape.length : axis;
  const size = shape[index];
  if (size === null || size === undefined) {
    throw new ShapeError(
      `the ${name} (axis ${index}) must be known, received ${formatShape(shape)}; give it in the shape of the model's input`,
    );
  }
  return size;
}
