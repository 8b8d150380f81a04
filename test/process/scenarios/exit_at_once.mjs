// process.exit() right after submitting.
import { longListing, open, start } from '../device.mjs';

start(open(), longListing(), 400 * 400);
process.exit(7);
