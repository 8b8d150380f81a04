// While pictures of 4 million pixels are decoded, by threads of the data set and by sharp, the event loop turns: timers are late by less than
// one picture takes.
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import sharp from 'sharp';
import { open, withPictures } from '../pictures.mjs';

await withPictures([], 0, async (folder) => {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 };
  const large = sharp({ create: { width: 2500, height: 1600, channels: 3, background: '#808080', noise } });
  for (let i = 0; i < 4; i++)
    await large
      .clone()
      .jpeg()
      .toFile(join(folder, 'class', `${i}.jpg`));
  const images = await open(folder, { batchSize: 2 });
  for await (const _ of images); // threads start, sharp is imported
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for await (const _ of images);
  delay.disable();
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map((ns) => (ns / 1e6).toFixed(1));
  console.log(`event-loop delay during a pass: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`);
});
