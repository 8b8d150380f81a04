// process.exit() while a run is under way, and without anybody closing the device.
import { open, startLong } from '../device.mjs';

startLong(open());
setTimeout(() => process.exit(7), 400);
