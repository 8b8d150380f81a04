// `process.exit` while the threads of image data sets decode, by themselves and by sharp.
import { exit } from 'node:process';
import { open, withPictures } from '../pictures.mjs';

await withPictures(['colour.jpg', 'colour.png'], 400, async (folder) => {
  const passes = [await open(folder), await open(folder)].map((images) => images[Symbol.asyncIterator]());
  await Promise.all(passes.map((pass) => pass.next()));
  console.log('running');
  exit(7);
});
