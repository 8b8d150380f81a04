// Forty workers are terminated in the middle of their work, some at once, some a moment later.
import { Worker } from 'node:worker_threads';
import { deviceName, open, shortListing } from '../device.mjs';

let ended = 0;
async function storm(index) {
  const stage = index % 4 === 0 ? 'long' : 'short';
  const worker = new Worker(new URL('./busy_worker.mjs', import.meta.url), { workerData: { deviceName, stage } });
  if (index % 3 !== 0) await new Promise((resolve) => worker.once('message', resolve));
  await new Promise((resolve) => setTimeout(resolve, (index * 7) % 30));
  await worker.terminate();
  ended++;
}
for (let index = 0; index < 40; index += 4) await Promise.all([0, 1, 2, 3].map((offset) => storm(index + offset)));

const device = open();
const weights = device.allocate('f32', [4]);
const [sum] = await device.runAndRead(device.program(shortListing, []), [new Float32Array([1, 2, 3, 4])], [weights]);
console.log(ended, String(new Float32Array(sum)));
