/** @file The first part of the notebook: hand-made filters on photographs, then those of a layer. */

import { layers, ops, setFloatx, type Tensor } from 'laminet';
import * as plot from 'laminet/plot';
import { heading, outputPath } from '../common.js';
import { applyFilters, lineFilters } from './filters.js';
import { chinaBox, crop, flowerBox } from './photos.js';

const gray = { colormap: 'gray' } as const;
const small = { scale: 1 } as const;

/** Draws both photographs, what the two filters make of them, and crops of it. */
export async function showFilters(example: string, images: Tensor): Promise<void> {
  heading('Two filters made by hand');
  const filters = lineFilters(3);
  const outputs = applyFilters(images, filters);
  console.log(
    `images [${images.shape.join(', ')}], filters [${filters.shape.join(', ')}], outputs [${outputs.shape.join(', ')}]`,
  );

  const maps = [0, 1].flatMap((image) => [0, 1].map((map) => ops.at(outputs, image, '...', map)));
  const titles = ['china, vertical', 'china, horizontal', 'flower, vertical', 'flower, horizontal'];
  const mapGrid = plot.images(maps, { ...gray, columns: 2, cellSize: 320, titles });
  console.log(`feature maps: ${await mapGrid.save(outputPath(example, 'feature-maps.jpg'), small)}`);

  const crops = [
    ...[ops.at(images, 0, '...', 0), maps[0], maps[1]].map((picture) => crop(picture as Tensor, chinaBox)),
    ...[ops.at(images, 1, '...', 0), maps[2], maps[3]].map((picture) => crop(picture as Tensor, flowerBox)),
  ];
  const cropTitles = ['original', 'vertical', 'horizontal', 'original', 'vertical', 'horizontal'];
  const cropGrid = plot.images(crops, { ...gray, columns: 3, cellSize: 240, titles: cropTitles });
  console.log(`crops: ${await cropGrid.save(outputPath(example, 'crops.jpg'), small)}`);

  const drawn = [0, 1].map((filter) => ops.at(filters, '...', 0, filter));
  const filterGrid = plot.images(drawn, { ...gray, columns: 2, cellSize: 70, titles: ['vertical', 'horizontal'] });
  console.log(`filters: ${await filterGrid.save(outputPath(example, 'filters.png'), small)}`);
}

/** A convolution layer has filters too, random ones until it is trained. */
export async function showLayer(example: string, images: Tensor): Promise<void> {
  heading('A convolution layer, and float64');
  const options = { filters: 32, kernelSize: 3, strides: 1, padding: 'SAME', activation: 'relu' } as const;
  const layer = layers.conv2d(options);
  const outputs = layer.apply(images);
  console.log(`outputs [${outputs.shape.join(', ')}], ${layer.countParams()} weights`);

  const pictures = [crop(ops.at(outputs, 0, '...', 0), chinaBox), crop(ops.at(outputs, 1, '...', 0), flowerBox)];
  const grid = plot.images(pictures, { ...gray, columns: 2, cellSize: 240, titles: ['china, map 0', 'flower, map 0'] });
  console.log(`map 0: ${await grid.save(outputPath(example, 'layer.jpg'), small)}`);

  // The default type counts when a layer is made: a layer keeps its own.
  const part = ops.at(images, ':', ':64', ':64');
  setFloatx('float64');
  console.log(
    `after setFloatx('float64'): the same layer gives ${layer.apply(part).dtype}, a new one ${layers.conv2d(options).apply(part).dtype}`,
  );
  setFloatx('float32');
}
