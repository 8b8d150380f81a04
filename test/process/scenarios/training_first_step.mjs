// How long a model of ten layers takes to its first step: tracing, then compiling with one run; and a step after that.
import { data, network, usual } from '../training.mjs';

const { batchSize } = usual;
const net = network(usual);
const { x, y } = data(usual, 1);
const times = [performance.now()];
const tick = () => void times.push(performance.now());
await net.fit(x, y, { batchSize, verbose: 0, callbacks: [{ onTrainBegin: tick }] }); // traced before it begins
tick();
await net.fit(x, y, { batchSize, verbose: 0 });
tick();
const [traced, first, second] = times.slice(1).map((time, i) => `${(time - times[i]).toFixed(0)} ms`);
console.log(`${net.layers.length} layers: traced in ${traced}, compiled and run in ${first}, next step ${second}`);
console.log(net.optimizer.iterations);
