/** Rasterises SVG in Node. */

/** Pixels beyond which a picture is more likely a mistake than wanted: 100 million take 400 MB. */
const mostPixels = 100_000_000;

/**
 * The PNG file of an SVG, with transparent corners where it draws nothing.
 *
 * No font is loaded, so that the result does not depend on the machine: text must be drawn as outlines, as the
 * pictures of this folder are.
 *
 * @param options.scale pixels per user unit, by default 2
 * Throws a RangeError for a scale that is not positive or too large, and an Error for an SVG that is not well formed
 * or has `<text>`, or where the rasteriser cannot be loaded.
 */
export async function svgToPng(svg: string, options: { readonly scale?: number } = {}): Promise<Uint8Array> {
  const scale = options.scale ?? 2;
  if (!(Number.isFinite(scale) && scale > 0)) {
    throw new RangeError(`svgToPng: expected a positive scale, given ${scale}.`);
  }
  if (/<text[\s>]/u.test(svg)) {
    throw new Error('svgToPng: the SVG has <text>, which would be left out, as no font is loaded. Draw it as outlines.');
  }
  const { Resvg } = await rasteriser();
  const image = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font: { loadSystemFonts: false } });
  const pixels = image.width * image.height * scale * scale;
  if (pixels > mostPixels) {
    throw new RangeError(
      `svgToPng: ${image.width} x ${image.height} at scale ${scale} has ${Math.round(pixels / 1e6)} million pixels; ` +
        `the most is ${mostPixels / 1e6} million. Give a smaller scale.`,
    );
  }
  return new Uint8Array(image.render().asPng());
}

/** The native module is loaded only when a PNG is asked for, since SVG works without it. */
async function rasteriser(): Promise<typeof import('@resvg/resvg-js')> {
  try {
    return await import('@resvg/resvg-js');
  } catch (cause) {
    throw new Error('svgToPng: cannot load @resvg/resvg-js. Install it with "npm install @resvg/resvg-js", or keep the SVG.', { cause });
  }
}
