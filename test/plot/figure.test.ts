import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { layers, sequential, tensor, ValueError } from '../../lib/index.js';
import { curves, image, plotModel } from '../../lib/plot/index.js';
import { decode } from './picture.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-figure-'));
});
afterAll(() => rm(folder, { recursive: true }));

const picture = () => image([[0, 1]], { colormap: 'gray', scale: 10, title: 'a & b' });
const net = () => sequential([layers.dense({ units: 1, inputShape: [1] })]);

describe('Figure.save', () => {
  it('writes PNG, JPEG, SVG and HTML by the ending, in any case, and returns the path', async () => {
    for (const [name, format] of [
      ['a.png', 'png'],
      ['a.JPG', 'jpeg'],
      ['a.jpeg', 'jpeg'],
      ['a.svg', 'svg'],
    ]) {
      const path = join(folder, name as string);
      expect(await picture().save(path)).toBe(path);
      expect((await sharp(path).metadata()).format).toBe(format);
    }
    const html = await readFile(await picture().save(join(folder, 'a.html')), 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain(await picture().toSVG());
    expect(html.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|<script|<link/);
  });

  it('names itself for those who do not see it', async () => {
    expect(await picture().toSVG()).toMatch(/^<svg [^>]* role="img" [^>]*><title>image<\/title>/);
  });

  it('writes the specification of charts and the graph of diagrams', async () => {
    const chart = JSON.parse(await readFile(await curves({ loss: [1, 2] }).save(join(folder, 'c.vl.json')), 'utf8'));
    expect(chart.$schema).toBe('https://vega.github.io/schema/vega-lite/v6.json');
    expect(await readFile(await plotModel(net()).save(join(folder, 'm.dot')), 'utf8')).toMatch(/^digraph \{\n/);
  });

  it('makes the folders on the way and leaves nothing else there', async () => {
    await picture().save(join(folder, 'new', 'deep', 'a.svg'));
    expect(await readdir(join(folder, 'new', 'deep'))).toEqual(['a.svg']);
  });

  it('refuses other endings and names those that it has', async () => {
    await expect(picture().save('a.gif')).rejects.toThrow(
      "save: the path 'a.gif' has no known ending; expected one of .png, .jpg, .svg, .html",
    );
    await expect(picture().save('a.gif')).rejects.toBeInstanceOf(ValueError);
    await expect(picture().save('a.vl.json')).rejects.toThrow('expected one of .png, .jpg, .svg, .html');
    await expect(plotModel(net()).save('a')).rejects.toThrow('expected one of .png, .jpg, .svg, .html, .dot');
    await expect(curves({ loss: [1] }).save('a.dot')).rejects.toThrow('.html, .vl.json');
  });

  it('takes a scale for raster pictures only, in its range', async () => {
    const small = await decode(await picture().toPNG({ scale: 1 }));
    const large = await decode(await picture().toPNG({ scale: 3 }));
    expect([large.width / small.width, large.height / small.height]).toEqual([3, 3]);
    await picture().save(join(folder, 'b.png'), { scale: 1 });
    expect((await sharp(join(folder, 'b.png')).metadata()).width).toBe(44);
    await expect(picture().save('a.svg', { scale: 2 })).rejects.toThrow(
      "save: 'a.svg' is not a raster picture: unknown option 'scale'",
    );
    await expect(picture().toPNG({ scale: 0 })).rejects.toThrow('toPNG: scale is 0; expected a number from 0.1 to 20');
    await expect(picture().toPNG({ dpi: 3 } as never)).rejects.toThrow("toPNG: unknown option 'dpi'");
  });

  it('says when a picture is too large to draw', async () => {
    const wide = image({ data: new Uint8Array(4000), shape: [1, 4000] });
    await expect(wide.toPNG({ scale: 20 })).rejects.toThrow(
      /^toPNG: the picture cannot be drawn: .*; expected a smaller one; lower the scale/,
    );
  });

  it('reports an error of drawing to whoever asks, and to nobody else', async () => {
    const gone = tensor([[1]]);
    gone.dispose();
    const figure = image(gone);
    await new Promise((resolve) => setTimeout(resolve, 20)); // an unhandled rejection would end the process
    await expect(figure.toSVG()).rejects.toThrow('disposed');
  });
});

describe('Figure.show', () => {
  const host = globalThis as { __tslab__?: unknown; Deno?: unknown };
  afterEach(() => {
    delete host.__tslab__;
    delete host.Deno;
    vi.restoreAllMocks();
  });

  it('writes a file among the temporary ones and prints its path', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    await picture().show();
    await picture().show();
    const paths = print.mock.calls.map(([path]) => path as string);
    try {
      expect(paths.map((path) => path.replace(/.*[\\/]/, ''))).toEqual(['image-1.png', 'image-2.png']);
      expect(paths.every((path) => path.startsWith(tmpdir()) && existsSync(path))).toBe(true);
    } finally {
      await rm(dirname(paths[0] as string), { recursive: true });
    }
  });

  it('shows inline in tslab', async () => {
    const shown: string[] = [];
    host.__tslab__ = { require: () => ({ display: { svg: (picture: string) => shown.push(picture) } }) };
    const print = vi.spyOn(console, 'log');
    await picture().show();
    expect(shown).toEqual([await picture().toSVG()]);
    expect(print).not.toHaveBeenCalled();
  });

  it('shows inline in Deno, which asks for the forms it knows', async () => {
    const shown: Record<string, string>[] = [];
    const display = async (figure: Record<symbol, () => Promise<Record<string, string>>>): Promise<void> => {
      shown.push((await figure[Symbol.for('Jupyter.display')]?.()) ?? {});
    };
    host.Deno = { jupyter: { display } };
    await picture().show();
    expect(shown).toEqual([{ 'image/svg+xml': await picture().toSVG(), 'text/plain': "Figure 'image'" }]);
  });
});
