// A pending promise keeps the process alive until it is settled.
import { longListing, open, start } from '../device.mjs';

start(open(), longListing(40), 400 * 400).then(([bytes]) => console.log('resolved', bytes.byteLength));
