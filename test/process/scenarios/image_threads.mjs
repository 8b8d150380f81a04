// A process ends by itself after passes through image data sets: complete ones, one that is left early, one that is aborted. Their threads
// may be idle, or still decoding.
import { layers, sequential } from '../../../dist/index.js';
import { open, withPictures } from '../pictures.mjs';

await withPictures(['colour.jpg', 'colour.png', 'gray.jpg'], 400, async (folder) => {
  const images = await open(folder);
  let count = 0;
  for await (const batch of images) count += batch.shape[0];
  console.log(String(count));
  for await (const batch of images) {
    console.log(String(batch.shape));
    break;
  }
  const net = sequential([layers.flatten({ inputShape: [64, 64, 3] }), layers.dense({ units: 1 })]);
  const abort = new AbortController();
  const aborting = images.map((batch, i) => {
    if (i === 2) abort.abort();
    return batch;
  });
  await net.predict(aborting, { signal: abort.signal, verbose: 0 }).catch((error) => console.log(error.code));
});
