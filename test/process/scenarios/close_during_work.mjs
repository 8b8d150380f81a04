// close() settles what is pending; later calls are refused.
import { open, shortListing, startLong } from '../device.mjs';

const device = open();
const weights = device.allocate('f32', [4]);
const running = startLong(device);
const queued = device.read(weights);
await new Promise((resolve) => setTimeout(resolve, 300));
device.close();
device.close();
const outcome = await Promise.allSettled([running, queued, device.read(weights), device.flush()]);
console.log(outcome.map((result) => result.reason?.code ?? result.status).join());
for (const call of [() => device.allocate('f32', [1]), () => device.program(shortListing, []), () => device.memory()]) {
  try {
    call();
  } catch (error) {
    console.log(error.code);
  }
}
weights.dispose();
console.log(weights.disposed);
