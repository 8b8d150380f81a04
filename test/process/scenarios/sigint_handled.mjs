// Ctrl+C during a run, with a handler that cancels it.
import { addon, open, startLong } from '../device.mjs';

const signal = new addon.Signal();
process.once('SIGINT', () => signal.cancel());
await startLong(open(), signal).catch((error) => console.log(error.code, error.message));
