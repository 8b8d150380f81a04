// Garbage collection frees what nobody disposed.
import { open, shortListing } from '../device.mjs';

const device = open();
for (let round = 0; round < 200; round++) {
  const program = device.program(shortListing, []);
  const weights = device.allocate('f32', [4]);
  await device.runAndRead(program, [new Float32Array(4)], [weights]);
}
const held = device.memory().buffers;
for (let i = 0; i < 5; i++) {
  globalThis.gc();
  await new Promise((resolve) => setImmediate(resolve));
}
await device.flush();
console.log(held > 100, device.memory().buffers < 5);
