// Arrays may change, or be transferred away, as soon as a call returns.
import { open, shortListing } from '../device.mjs';

const device = open();
const program = device.program(shortListing, []);
const values = new Float32Array([1, 2, 3, 4]);
const weights = device.upload('f32', [4], values);
values.fill(9);
const input = new Float32Array([10, 20, 30, 40]);
const sum = device.runAndRead(program, [input], [weights]);
structuredClone(input, { transfer: [input.buffer] });
console.log(String(new Float32Array((await sum)[0])));
device.write(weights, values.subarray(0, 4));
values.fill(0);
console.log(String(new Float32Array(await device.read(weights))));
const shared = new Float32Array(new SharedArrayBuffer(32), 16, 4).fill(2);
console.log(String(new Float32Array(await device.read(device.upload('f32', [4], shared)))));
