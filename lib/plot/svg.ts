/** @file Parts of SVG documents. */

import { fontFamily } from './fonts.js';

/** What is inside an `<svg>`, and its size in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
  /** Where the body's own coordinates differ: `0 0 100 50`. */
  readonly viewBox?: string;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for an element or an attribute; control characters, which XML does not allow, are dropped. */
export const escapeXml = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"']/g, (character) => entities[character] as string);

/** A number with at most two decimals. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

export interface TextStyle {
  readonly size: number;
  readonly color?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** One line of text; `y` is its baseline. */
export const textAt = (x: number, y: number, text: string, { size, color = '#222', anchor = 'middle' }: TextStyle): string =>
  `<text x="${px(x)}" y="${px(y)}" font-size="${px(size)}" fill="${escapeXml(color)}" text-anchor="${anchor}">${escapeXml(text)}</text>`;

/** A frame around a rectangle, outside of it, so that it hides no pixel. */
export const frameAround = (x: number, y: number, width: number, height: number): string =>
  `<rect x="${px(x - 0.5)}" y="${px(y - 0.5)}" width="${px(width + 1)}" height="${px(height + 1)}" fill="none" stroke="#555"/>`;

/** A drawing at a place, and in a size, of another. */
export function placed({ width, height, body, viewBox }: Drawing, x: number, y: number): string {
  const size = `width="${px(width)}" height="${px(height)}" viewBox="${viewBox ?? `0 0 ${px(width)} ${px(height)}`}"`;
  return `<svg x="${px(x)}" y="${px(y)}" ${size}>${body}</svg>`;
}

/** A whole document on white ground; the title is for those who do not see it. */
export function svgDocument({ width, height, body, viewBox }: Drawing, title: string): string {
  const names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  const box = viewBox ?? `0 0 ${px(width)} ${px(height)}`;
  const [x, y, w, h] = box.split(/[\s,]+/);
  return (
    `<svg ${names} width="${px(width)}" height="${px(height)}" viewBox="${box}" role="img" font-family="${fontFamily}">` +
    `<title>${escapeXml(title)}</title>` +
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="#fff"/>${body}</svg>\n`
  );
}

/** A page that needs nothing else: the picture is inside. */
export const htmlDocument = (title: string, svg: string): string =>
  `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${escapeXml(title)}</title>\n` +
  `<style>body { margin: 16px; background: #fff; } svg { max-width: 100%; height: auto; }</style></head>\n<body>\n${svg}</body>\n</html>\n`;

/** The root of a document that another library drew. */
export function parseSvg(svg: string): Drawing {
  const root = /<svg([^>]*)>([\s\S]*)<\/svg>/.exec(svg);
  const attribute = (name: string): string => new RegExp(`\\s${name}="([^"]*)"`).exec(root?.[1] ?? '')?.[1] ?? '';
  const unit = (value: string): number => Number.parseFloat(value) * (value.endsWith('pt') ? 4 / 3 : 1);
  return {
    width: unit(attribute('width')),
    height: unit(attribute('height')),
    viewBox: attribute('viewBox'),
    body: root?.[2] ?? '',
  };
}
