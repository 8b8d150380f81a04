/** @file What every function of this folder returns: a picture to save or to show. */

import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { writeAtomically } from '../saving/atomic_file.js';
import { showInNotebook, temporaryPath } from './notebook.js';
import { rasterize } from './raster.js';
import { type Drawing, htmlDocument, svgDocument } from './svg.js';

export interface RasterOptions {
  /**
   * Pixels for each unit of the drawing, from 0.1 to 20. Default 2, for screens of twice the usual density; 1 for an image whose pixels are
   * not enlarged; by their `dpi` for diagrams.
   */
  readonly scale?: number;
}

/** What differs between kinds of pictures. */
export interface FigureParts {
  /** Texts by the ending of their file: `.vl.json` of charts, `.dot` of diagrams. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The default of {@link RasterOptions.scale}. */
  readonly scale?: number;
}

/**
 * A picture. It is drawn once, in the background, when it is made; an error that only drawing can find (a package that is not installed)
 * is thrown by what asks for the result.
 *
 * @example
 * const figure = plot.images(test.x, { captions });
 * await figure.save('grid.png');
 */
export class Figure {
  /** `images`: what drew it. */
  readonly name: string;
  readonly #drawing: Promise<Drawing>;
  readonly #texts: Readonly<Record<string, string>>;
  readonly #scale: number;

  constructor(name: string, drawing: Promise<Drawing>, { texts = {}, scale = 2 }: FigureParts = {}) {
    this.name = name;
    this.#drawing = drawing;
    this.#texts = texts;
    this.#scale = scale;
    drawing.catch(() => {});
  }

  /** The picture before it is made a document, for `panels`. */
  get drawing(): Promise<Drawing> {
    return this.#drawing;
  }

  /** The picture as an SVG document with everything inside. */
  async toSVG(): Promise<string> {
    return svgDocument(await this.#drawing, this.name);
  }

  /**
   * The picture as a PNG file's bytes.
   *
   * @throws ValueError when `scale` is out of range or the picture too large, StateError when sharp is not installed.
   */
  async toPNG(options: RasterOptions = {}): Promise<Uint8Array> {
    return this.#raster('toPNG', options, 'png');
  }

  /**
   * Writes the picture, in the form that the path ends in: `.png`, `.jpg`, `.svg`, `.html`; `.vl.json` (Vega-Lite) of charts and `.dot`
   * (Graphviz) of diagrams. Folders on the way are made. Returns the path.
   *
   * @throws ValueError for another ending, StateError when a package that draws is not installed, FileError when it cannot be written.
   */
  async save(path: string, options: RasterOptions = {}): Promise<string> {
    const content = await this.#content(path, options);
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeAtomically(path, content);
    return path;
  }

  /** Shows the picture: inline in a notebook of Deno or tslab, else as a PNG file among the temporary ones, whose path is printed. */
  async show(): Promise<void> {
    if (await showInNotebook(this)) return;
    console.log(await this.save(await temporaryPath(this.name)));
  }

  /** The forms that a Jupyter kernel of Deno shows when the figure is the value of a cell. */
  async [Symbol.for('Jupyter.display')](): Promise<Record<string, string>> {
    return { 'image/svg+xml': await this.toSVG(), 'text/plain': String(this) };
  }

  toString(): string {
    return `Figure '${this.name}'`;
  }

  async #content(path: string, options: RasterOptions): Promise<string | Uint8Array> {
    const file = path.toLowerCase();
    const text = Object.keys(this.#texts).find((ending) => file.endsWith(ending));
    if (file.endsWith('.png')) return this.#raster('save', options, 'png');
    if (/\.jpe?g$/.test(file)) return this.#raster('save', options, 'jpeg');
    checkOptions(`save: '${path}' is not a raster picture`, options, []);
    if (file.endsWith('.svg')) return this.toSVG();
    if (file.endsWith('.html')) return htmlDocument(this.name, await this.toSVG());
    if (text !== undefined) return this.#texts[text] as string;
    const endings = ['.png', '.jpg', '.svg', '.html', ...Object.keys(this.#texts)];
    throw new ValueError(`save: the path '${path}' has no known ending; expected one of ${endings.join(', ')}`);
  }

  async #raster(where: string, options: RasterOptions, format: 'png' | 'jpeg'): Promise<Uint8Array> {
    checkOptions(where, options, ['scale']);
    const { scale = this.#scale } = options;
    if (!(scale >= 0.1 && scale <= 20)) throw new ValueError(`${where}: scale is ${scale}; expected a number from 0.1 to 20`);
    return rasterize(where, await this.toSVG(), scale, format);
  }
}
