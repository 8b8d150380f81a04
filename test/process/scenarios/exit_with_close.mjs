// process.exit() while a run is under way; an exit handler closes the device, as the library does.
import { open, startLong } from '../device.mjs';

const device = open();
process.once('exit', () => {
  device.close();
  console.log('closed');
});
startLong(device);
setTimeout(() => process.exit(7), 400);
