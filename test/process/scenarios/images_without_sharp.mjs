// Folders of images without sharp: JPEG works, damaged files are refused, and the rest names the command that installs the package.
import { truncate } from 'node:fs/promises';
import { register } from 'node:module';

const hooks = `export async function resolve(name, context, next) {
  if (name !== 'sharp') return next(name, context);
  throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
const { loadImage } = await import('../../../dist/index.js');
const { open, withPictures } = await import('../pictures.mjs');

/** Shapes of the batches, or the error without the file's path. */
async function pass(folder) {
  const shapes = [];
  try {
    for await (const { shape } of await open(folder)) shapes.push(shape.join('x'));
    return shapes.join(' ');
  } catch (error) {
    return `${error.code} ${error.message.replace(/\/\S+\//, '')}`;
  }
}

await withPictures(['colour.jpg', 'gray.jpg'], 9, async (folder) => console.log(await pass(folder)));
await withPictures(['colour.jpg'], 1, async (folder) => {
  const path = `${folder}/class/0000-colour.jpg`;
  console.log((await loadImage(path)).shape.join('x'));
  await truncate(path, 600);
  console.log(await pass(folder));
});
await withPictures(['colour.png'], 1, async (folder) => console.log(await pass(folder)));
