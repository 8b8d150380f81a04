// Queued work that nobody waits for does not hold the process up.
import { longListing, open } from '../device.mjs';

const device = open();
device.run(device.program(longListing(), []), [new Float32Array(400 * 400)], []);
console.log('submitted');
