// The axes of the measurements of scaling, and the work of a step.

const powers = (from, to) => Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i);
/** The stack whose size is varied: see `plain` in models.mjs. */
const usual = { side: 32, depth: 4, width: 32, batch: 32 };

function stack(changes, cores) {
  const { side, depth, width, batch } = { ...usual, ...changes };
  return { model: `plain:${side}:${depth}:${width}`, batch, threads: cores };
}

/** `values`: the points, from the smallest; `setup`: model, batch and threads of each. */
export const axes = {
  batch: {
    title: 'batch size',
    model: 'model B',
    values: () => powers(1, 256),
    setup: (batch, cores) => ({ model: 'B', batch, threads: cores }),
  },
  side: {
    title: 'image size (pixels a side)',
    model: '4 convolutions of 32 filters, batch 32',
    values: () => powers(8, 128),
    setup: (side, cores) => stack({ side }, cores),
  },
  depth: {
    title: 'depth (convolutions)',
    model: '32 filters, 32x32 pixels, batch 32',
    values: () => powers(1, 16),
    setup: (depth, cores) => stack({ depth }, cores),
  },
  width: {
    title: 'width (filters)',
    model: '4 convolutions, 32x32 pixels, batch 32',
    values: () => powers(8, 128),
    setup: (width, cores) => stack({ width }, cores),
  },
  threads: {
    title: 'threads',
    model: 'model B, batch 32',
    values: (cores) => Array.from({ length: cores }, (_, i) => i + 1),
    setup: (threads) => ({ model: 'B', batch: 32, threads }),
  },
};

/**
 * Multiply-adds of one step of training: those of the convolutions and dense layers three times (forward, gradient of the data, gradient
 * of the weights), without the gradient of the images, which nobody needs.
 * @param {{ inputShape: readonly number[], make: () => readonly any[] }} model
 * @param {number} batch
 */
export function workOf({ inputShape, make }, batch) {
  let shape = [null, ...inputShape];
  let [total, isFirst] = [0, true];
  for (const layer of make()) {
    const result = layer.computeOutputShape(shape);
    const macs = multiplyAdds(layer, shape, result);
    total += (isFirst ? 2 : 3) * macs;
    if (macs > 0) isFirst = false;
    shape = result;
  }
  return total * batch;
}

/** Of the forward pass of one sample. */
function multiplyAdds(layer, input, output) {
  const { kernelSize, units } = layer.getConfig();
  const outputs = output.slice(1).reduce((product, size) => product * size, 1);
  if (kernelSize !== undefined) return outputs * kernelSize[0] * kernelSize[1] * input.at(-1);
  return units === undefined ? 0 : outputs * input.at(-1);
}
