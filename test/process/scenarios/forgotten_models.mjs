// Models that nobody holds any more give back what their programs held on the device.
import { data, laminet, network, small } from '../training.mjs';

const { batchSize } = small;
const { x, y } = data(small, 2);
const device = laminet.currentDevice();

async function trainAndForget(count) {
  for (let i = 0; i < count; i++) {
    const net = network(small);
    await net.fit(x, y, { batchSize, verbose: 0 });
    await net.predict(x, { batchSize, verbose: 0 });
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await device.flush();
  return device.memory();
}

const early = await trainAndForget(15);
const late = await trainAndForget(30);
console.log(late.used < 1.5 * early.used, late.buffers < early.buffers + 50);
