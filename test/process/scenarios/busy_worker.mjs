// The work of the worker scenarios: what it does when it is ended depends on `workerData.stage`.
import { parentPort, workerData } from 'node:worker_threads';
import { open, shortListing, startLong } from '../device.mjs';

const device = open();
if (workerData.stage === 'exit') {
  startLong(device);
  setTimeout(() => process.exit(5), 300);
} else if (workerData.stage === 'long') {
  startLong(device);
  parentPort.postMessage('busy');
} else {
  parentPort.postMessage('busy');
  const program = device.program(shortListing, []);
  const weights = device.allocate('f32', [4]);
  while (true) {
    await device.runAndRead(program, [new Float32Array(4)], [weights]);
    for (const output of device.run(program, [new Float32Array(4)], [weights])) output.dispose();
  }
}
