// Two environments use the device side by side; a worker ends by itself.
import { Worker } from 'node:worker_threads';
import { deviceName, open, shortListing } from '../device.mjs';

const source = `
import { parentPort } from 'node:worker_threads';
import { open, shortListing } from ${JSON.stringify(new URL('../device.mjs', import.meta.url).href)};
const device = open();
const weights = device.allocate('f32', [4]);
const [sum] = await device.runAndRead(device.program(shortListing, []), [new Float32Array([1, 2, 3, 4])], [weights]);
parentPort.postMessage(String(new Float32Array(sum)));
`;
const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: { deviceName } });
const device = open();
const weights = device.allocate('f32', [4]);
const message = new Promise((resolve) => worker.once('message', resolve));
const exited = new Promise((resolve) => worker.once('exit', resolve));
const [sum] = await device.runAndRead(device.program(shortListing, []), [new Float32Array([5, 6, 7, 8])], [weights]);
console.log(await message, await exited, String(new Float32Array(sum)));
