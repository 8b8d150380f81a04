// How long a model of ten layers takes to its first step: tracing, then compiling with one run; and a step after that.
import { data, network, usual } from '../training.mjs';

const { batchSize } = usual;
const net = network(usual);
const { x, y } = data(usual, 1);
let traced = 0;
let start = performance.now();
await net.fit(x, y, { batchSize, verbose: 0, callbacks: [{ onTrainBegin: () => void (traced = performance.now() - start) }] });
const first = performance.now() - start - traced;
start = performance.now();
await net.fit(x, y, { batchSize, verbose: 0 });
const second = performance.now() - start;
const milliseconds = [traced, first, second].map((time) => `${time.toFixed(0)} ms`);
console.log(
  `${net.layers.length} layers: traced in ${milliseconds[0]}, compiled and run in ${milliseconds[1]}, next step ${milliseconds[2]}`,
);
console.log(net.optimizer.iterations);
