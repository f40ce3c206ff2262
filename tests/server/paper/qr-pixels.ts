/** What a QR code's SVG draws, as pixels, and what another decoder reads in them. */
import jsqr from "jsqr";

/** Draws the path's rectangles on a white ground, as many pixels a square as asked. */
export function pixelsOf(svg: string, scale: number): { pixels: Uint8ClampedArray; side: number } {
  const size = Number(svg.match(/viewBox="0 0 (\d+) \1"/)?.[1]);
  const side = size * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  const dark = svg.match(/fill="#000" d="([^"]+)"/)?.[1] ?? "";
  for (const [, x, y, length] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      const start = (row * side + Number(x) * scale) * 4;
      for (let i = 0; i < Number(length) * scale; i++) {
        pixels.fill(0, start + i * 4, start + i * 4 + 3);
      }
    }
  }
  return { pixels, side };
}

export function readBack(svg: string): string | undefined {
  const { pixels, side } = pixelsOf(svg, 3);
  return jsqr.default(pixels, side, side)?.data;
}
