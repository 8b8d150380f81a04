// Two thousand training steps hold no more memory at their end than at their beginning, here and on the device.
import { memoryUsage } from 'node:process';
import { data, laminet, network, small } from '../training.mjs';

const { batchSize } = small;
const net = network(small);
const { x, y } = data(small, 20);
const device = laminet.currentDevice();
const settled = async () => {
  await device.flush();
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await device.flush();
  return { resident: memoryUsage.rss() / 2 ** 20, ...device.memory() };
};
const options = { batchSize, epochs: 10, verbose: 0 };
// V8 goes on touching pages of its young generation for the first thousand steps.
await net.fit(x, y, { ...options, epochs: 100 });
await net.evaluate(x, y, { batchSize, verbose: 0 });
const before = await settled();
for (let round = 0; round < 10; round++) {
  await net.fit(x, y, options);
  await net.evaluate(x, y, { batchSize, verbose: 0 });
}
const after = await settled();
const grown = after.resident - before.resident;
console.log(
  `resident memory over 2000 steps: ${before.resident.toFixed(1)} MB, then ${grown >= 0 ? '+' : ''}${grown.toFixed(1)} MB`,
);
console.log(grown < 10, after.buffers === before.buffers, after.used === before.used);
