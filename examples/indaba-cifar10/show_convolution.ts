/** @file The first part of the notebook: what the sliders of a convolution do to the shape of its output. */

import { ops, type Tensor, ValueError } from 'laminet';
import * as plot from 'laminet/plot';
import { heading, outputPath } from '../common.js';
import { convolve, dummyImage, kernelSizes, outputSide, sliderLayer, strides } from './convolution.js';

/** Applies one layer, draws the image before and after, and prints the output's size for each position of the sliders. */
export async function showConvolution(example: string): Promise<void> {
  heading('A convolutional layer');
  const image = dummyImage();
  const layer = sliderLayer({ filters: 3, kernelSize: 2, stride: 1 });
  const output = convolve(layer, image);
  console.log(`input ${image.shape.join(' x ')}, 3 filters of 2x2, stride 1: output ${output.shape.slice(1).join(' x ')}`);
  console.log(`weights: ${layer.countParams()} = (2 x 2 x 3 + 1) x 3`);
  await drawBoth(image, ops.squeeze(output, 0), outputPath(example, 'convolution.png'));

  console.log('\nwidth and height of the output of a 10x10 image, by kernel size and stride');
  console.log(`  kernel size ${kernelSizes.map((size) => String(size).padStart(3)).join('')}`);
  for (const stride of strides) {
    const sides = kernelSizes.map((kernelSize) => outputSide(kernelSize, stride));
    console.log(`  stride ${stride}    ${sides.map((side) => String(side).padStart(3)).join('')}`);
  }

  console.log('\na layer without filters is refused:');
  try {
    sliderLayer({ filters: 0, kernelSize: 2, stride: 1 });
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    console.log(`  ${error.message}`);
  }
}

/** Three filters give three channels, so the output can be drawn in colours too; what is outside 0 to 1 is clipped. */
async function drawBoth(image: Tensor, output: Tensor, path: string): Promise<void> {
  const before = plot.image(image, { title: 'input', scale: 16 });
  const after = plot.image(output, { title: 'output', scale: 16 });
  await plot.panels([before, after]).save(path, { scale: 1 });
}
