/** @file Pixels and documents to PNG and JPEG, by sharp. */

import { ValueError } from '../core/errors.js';
import { importSharp } from './fonts.js';
import type { Pixels } from './pixels.js';
import { px } from './svg.js';

/** An `<image>` of these pixels: enlarged ones stay squares, in every viewer. */
export interface PixelPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a screen of twice the usual density can show; more pixels would only make the file larger. */
const density = 2;

/** @throws StateError when sharp is not installed. */
export async function imageElement(where: string, pixels: Pixels, place: PixelPlace): Promise<string> {
  const sharp = await importSharp(where);
  const { width, height, rgba } = pixels;
  const enlarged = place.width >= width;
  const picture = sharp(rgba, { raw: { width, height, channels: 4 } });
  const [most, mostHigh] = [Math.ceil(place.width * density), Math.ceil(place.height * density)];
  if (width > most) picture.resize(most, mostHigh, { fit: 'fill' });
  const bytes = await picture.png().toBuffer();
  const rendering = enlarged ? ' style="image-rendering:pixelated"' : '';
  return (
    `<image x="${px(place.x)}" y="${px(place.y)}" width="${px(place.width)}" height="${px(place.height)}" ` +
    `preserveAspectRatio="none"${rendering} xlink:href="data:image/png;base64,${bytes.toString('base64')}"/>`
  );
}

/** The document as a raster picture, `scale` pixels for each of its own. */
export async function rasterize(where: string, svg: string, scale: number, format: 'png' | 'jpeg'): Promise<Uint8Array> {
  const sharp = await importSharp(where);
  // 72 dots an inch is one pixel of the document; a photograph inside may be longer than the parser expects.
  const picture = sharp(Buffer.from(svg), { density: 72 * scale, unlimited: true }).flatten({ background: '#fff' });
  try {
    return await (format === 'png' ? picture.png() : picture.jpeg({ quality: 90 })).toBuffer();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ValueError(
      `${where}: the picture cannot be drawn: ${reason}; expected a smaller one; lower the scale or save it as .svg`,
    );
  }
}
