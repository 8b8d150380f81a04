// Problems as programs: the op alone, and its gradients alone.
import { compile, gradients, ops, tensor, Variable } from 'laminet';

/** What a direction asks for: the result, or the gradient with respect to the data or to the weights. */
export const directions = ['forward', 'data', 'weights'];

const padding = ({ paddingHeight, paddingWidth }) => [...paddingHeight, ...paddingWidth];
const images = ({ mb, ih, iw, ic }) => [mb, ih, iw, ic];
const pool = (op) => ({
  data: images,
  forward: (problem, x) => op(x, [problem.kh, problem.kw], { strides: [problem.sh, problem.sw], padding: padding(problem) }),
});

/** By op: the shapes of the data and of the weights, and the op itself. */
const kinds = {
  conv2d: {
    data: images,
    weights: ({ kh, kw, ic, g, oc }) => [[kh, kw, ic / g, oc]],
    forward: (problem, x, kernel) =>
      ops.conv2d(x, kernel, {
        strides: [problem.sh, problem.sw],
        padding: padding(problem),
        dilationRate: [problem.dh + 1, problem.dw + 1],
        groups: problem.g,
      }),
  },
  max_pool: pool(ops.maxPool),
  avg_pool: pool(ops.avgPool),
  batch_norm: {
    data: images,
    weights: ({ ic }) => [[ic], [ic]],
    forward: (_, x, gamma, beta) => ops.batchNormTraining(x, gamma, beta).y,
  },
  matmul: {
    data: ({ left }) => left,
    weights: ({ right }) => [right],
    forward: (_, a, b) => ops.matMul(a, b),
  },
};

/** The instruction that each direction is about: its kernel is the one to look at. */
const instructions = {
  conv2d: { forward: 'conv2d', data: 'conv2d_backward_input', weights: 'conv2d_backward_kernel' },
  max_pool: { forward: 'max_pool2d', data: 'max_pool2d_backward' },
  avg_pool: { forward: 'avg_pool2d', data: 'avg_pool2d_backward' },
  // One kernel gives all three gradients.
  batch_norm: { forward: 'batch_norm', data: 'batch_norm_backward' },
  matmul: { forward: 'matmul', data: 'matmul', weights: 'matmul' },
};

const random = (shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length }, () => 2 * Math.random() - 1),
    shape,
  );
};

/** The name of the instruction, or undefined where an op has no such direction. */
export const instructionOf = (op, direction) => instructions[op][direction];

/**
 * A function that queues one run. Weights are variables, as in a layer: they stay in the layout that the kernels want.
 * @returns {{ run: () => void, dispose: () => void }}
 */
export function programOf(problem, direction) {
  const { data, weights = () => [], forward } = kinds[problem.op];
  const x = random(data(problem));
  const variables = weights(problem).map((shape) => new Variable(random(shape)));
  const forwardProgram = compile((input) => forward(problem, input, ...variables));
  const y = forwardProgram(x);
  if (direction === 'forward') return { run: () => forwardProgram(x).dispose(), dispose: () => disposeAll(x, y, ...variables) };
  const dy = random(y.shape);
  const program = compile((input, gradient) => {
    const sources = problem.op === 'batch_norm' ? [input, ...variables] : direction === 'data' ? [input] : variables;
    return gradients(ops.sum(ops.mul(forward(problem, input, ...variables), gradient)), sources);
  });
  return { run: () => disposeAll(...program(x, dy)), dispose: () => disposeAll(x, y, dy, ...variables) };
}

function disposeAll(...tensors) {
  for (const each of tensors) each.dispose();
}
