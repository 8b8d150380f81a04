// While `fit` runs, the event loop turns: the delay of its timers, and how often one fired.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { data, network, usual } from '../training.mjs';

const { batchSize } = usual;
const net = network(usual);
const { x, y } = data(usual, 20);
await net.fit(x, y, { batchSize, verbose: 0 }); // traces, compiles and warms up
let turns = 0;
const timer = setInterval(() => turns++, 1);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
await net.fit(x, y, { batchSize, epochs: 10, verbose: 0 });
delay.disable();
clearInterval(timer);
const milliseconds = (nanoseconds) => `${(nanoseconds / 1e6 - 1).toFixed(1)} ms`;
const [half, most] = [delay.percentile(50), delay.percentile(99)].map(milliseconds);
console.log(`event-loop delay during fit: p50 ${half}, p99 ${most}, max ${milliseconds(delay.max)}`);
console.log(turns > 20);
