/** @file The second part of the notebook: what pooling leaves of a picture. */

import { ops, type Tensor } from 'laminet';
import * as plot from 'laminet/plot';
import { heading, outputPath } from '../common.js';
import { chinaBox, crop } from './photos.js';
import { depthPool, maxPool } from './pooling.js';

/** Draws a crop before and after both kinds of pooling. */
export async function showPooling(example: string, images: Tensor): Promise<void> {
  heading('Pooling');
  const cropped = ops.stack([crop(ops.at(images, 0), chinaBox), crop(ops.at(images, 1), chinaBox)]);
  const pooled = maxPool().apply(cropped);
  const depthPooled = depthPool().apply(cropped);
  console.log(`[${cropped.shape.join(', ')}] becomes [${pooled.shape.join(', ')}] by pooling of 2x2 pixels`);
  console.log(`[${cropped.shape.join(', ')}] becomes [${depthPooled.shape.join(', ')}] by pooling of 3 channels`);

  // Half as wide and high, drawn at the same scale, so that what is lost shows.
  const scale = 2;
  const figures = [
    plot.image(ops.at(cropped, 0), { title: 'input', scale }),
    plot.image(ops.at(pooled, 0), { title: 'pooled', scale }),
    plot.image(ops.at(depthPooled, 0, '...', 0), { title: 'depth-wise', colormap: 'gray', scale }),
  ];
  console.log(`as pictures: ${await plot.panels(figures).save(outputPath(example, 'pooling.jpg'), { scale: 1 })}`);
}
