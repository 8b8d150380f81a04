// Image data sets in threads of the user's own: one ends by itself, the other is terminated while its threads decode.
import { Worker } from 'node:worker_threads';
import { withPictures } from '../pictures.mjs';

const source = `
import { parentPort, workerData } from 'node:worker_threads';
import { open } from ${JSON.stringify(new URL('../pictures.mjs', import.meta.url).href)};
const images = await open(workerData.folder);
do {
  let count = 0;
  for await (const batch of images) count += batch.shape[0];
  parentPort.postMessage(count);
} while (workerData.endless);
`;
const start = (workerData) => new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData });
const next = (worker, event) => new Promise((resolve) => worker.once(event, resolve));

await withPictures(['colour.jpg', 'colour.png'], 100, async (folder) => {
  const short = start({ folder });
  const ended = next(short, 'exit');
  console.log(await next(short, 'message'), await ended);
  const endless = start({ folder, endless: true });
  await next(endless, 'message');
  console.log(await endless.terminate());
});
