// An uncaught exception while a run is under way.
import { open, startLong } from '../device.mjs';

startLong(open());
setTimeout(() => {
  throw new Error('deliberate');
}, 400);
