// An open, idle device does not keep the process alive, and nobody has to close it.
import { open, shortListing } from '../device.mjs';

const device = open();
const weights = device.upload('f32', [4], new Float32Array([1, 2, 3, 4]));
const [sum] = device.run(device.program(shortListing, []), [new Float32Array([1, 1, 1, 1])], [weights]);
console.log(String(new Float32Array(await device.read(sum))), String(new Float32Array(await device.read(weights))));
