// Devices are independent: each has its own queue.
import { addon, deviceName, open, shortListing, startLong } from '../device.mjs';

const busy = open();
const signal = new addon.Signal();
const long = startLong(busy, signal);
const free = addon.open(deviceName === 'reference' ? 'reference' : deviceName, {});
const weights = free.allocate('f32', [4]);
const [sum] = await free.runAndRead(free.program(shortListing, []), [new Float32Array([1, 2, 3, 4])], [weights]);
console.log(String(new Float32Array(sum)));
try {
  busy.run(busy.program(shortListing, []), [new Float32Array(4)], [weights]);
} catch (error) {
  console.log(error.code);
}
signal.cancel();
await long.catch((error) => console.log(error.code));
