// oneDNN's own word on its primitives: lines of DNNL_VERBOSE=1
// (https://uxlfoundation.github.io/oneDNN/dev_guide_verbose.html), in the forms of versions 2 and 3.

/**
 * A line of a primitive that was executed, or undefined for other lines.
 * @param {string} line
 * @returns {{ kind: string, implementation: string, propagation: string, milliseconds: number } | undefined}
 */
export function parseVerbose(line) {
  const fields = line.trim().split(',');
  if (!/^(onednn|dnnl)_verbose$/.test(fields[0])) return undefined;
  // 2.x: onednn_verbose,exec,cpu,convolution,jit:avx2,...,1.2   3.x: onednn_verbose,v1,primitive,exec,cpu,convolution,...
  const at = fields.findIndex((field) => field === 'exec' || field.startsWith('exec:'));
  const milliseconds = Number(fields.at(-1));
  if (at < 0 || fields.length < at + 5 || !Number.isFinite(milliseconds)) return undefined;
  return { kind: fields[at + 2], implementation: fields[at + 3], propagation: fields[at + 4], milliseconds };
}

/** The kinds of primitives that compute each op; conversions are none of them. */
const kindsOf = {
  conv2d: ['convolution'],
  max_pool: ['pooling', 'pooling_v2'],
  avg_pool: ['pooling', 'pooling_v2'],
  batch_norm: ['batch_normalization', 'batch_normalization_v2'],
  matmul: ['matmul', 'inner_product'],
};

/** How oneDNN calls each direction. The gradients of a product are products, whichever way they are computed. */
const propagations = { forward: /^forward/, data: /^backward(_data)?$/, weights: /^backward_weights$/ };

/**
 * The times of an op's primitives among the lines of its runs, in microseconds; empty where no primitive of oneDNN computed it.
 * @param {readonly string[]} lines
 * @param {{ op: string, direction: string }} measured
 */
export function primitiveTimes(lines, { op, direction }) {
  return lines.flatMap((line) => {
    const primitive = parseVerbose(line);
    if (primitive === undefined || !kindsOf[op].includes(primitive.kind)) return [];
    const counts = op === 'matmul' || propagations[direction].test(primitive.propagation);
    return counts ? [1000 * primitive.milliseconds] : [];
  });
}

/** Times of single calls added up by run: a kernel that takes the batch in slices calls its primitive for each of them. */
export function timesOfRuns(times, runs) {
  const calls = Math.max(1, Math.round(times.length / runs));
  const sums = [];
  for (let at = 0; at + calls <= times.length; at += calls)
    sums.push(times.slice(at, at + calls).reduce((sum, time) => sum + time, 0));
  return sums;
}
