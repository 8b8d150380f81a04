// process.exit() in the main thread while workers are at work.
import { Worker } from 'node:worker_threads';
import { deviceName, open, startLong } from '../device.mjs';

startLong(open());
for (const stage of ['long', 'short', 'long']) {
  const worker = new Worker(new URL('./busy_worker.mjs', import.meta.url), { workerData: { deviceName, stage } });
  await new Promise((resolve) => worker.once('message', resolve));
}
process.exit(7);
