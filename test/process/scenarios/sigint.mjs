// Ctrl+C during a run, with nobody listening.
import { open, startLong } from '../device.mjs';

await startLong(open());
