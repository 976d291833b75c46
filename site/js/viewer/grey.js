// The photograph without its red light, in which vessels stand out best: its green channel, as it is or with its contrast
// equalised region by region (CLAHE: Zuiderveld, Graphics Gems IV, 1994). Pure; it runs in drawing-worker.js.

/** @typedef {{ width: number, height: number }} Size */

const TILES = 8;
const LEVELS = 256;
/** How often a level may occur in a tile, as a multiple of an even share; it limits how far noise is stretched. */
const CLIP = 3;

/**
 * The green channel of RGBA bytes as Uint8Array[height * width].
 * @param {Uint8ClampedArray} rgba
 */
export function green(rgba) {
  const plane = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < plane.length; i += 1) plane[i] = rgba[4 * i + 1];
  return plane;
}

/**
 * A plane with its contrast equalised in 8 x 8 tiles, between which it is interpolated.
 * @param {Uint8Array} plane
 * @param {Size} size
 */
export function equalised(plane, { width, height }) {
  const [wide, high] = [width / TILES, height / TILES];
  const curves = Array.from({ length: TILES * TILES }, (_, t) => {
    const [column, row] = [t % TILES, Math.floor(t / TILES)];
    return curve(plane, width, [column, column + 1].map((each) => Math.floor(each * wide)), [row, row + 1].map((each) => Math.floor(each * high)));
  });
  const result = new Uint8Array(plane.length);
  for (let y = 0; y < height; y += 1) {
    const down = between(y, high);
    for (let x = 0; x < width; x += 1) {
      const value = plane[y * width + x];
      const across = between(x, wide);
      const of = (/** @type {number} */ row) => {
        const [left, right] = [curves[row * TILES + across.low][value], curves[row * TILES + across.high][value]];
        return left + (right - left) * across.share;
      };
      const [above, below] = [of(down.low), of(down.high)];
      result[y * width + x] = Math.round(above + (below - above) * down.share);
    }
  }
  return result;
}

/**
 * The two tiles whose middles a pixel lies between.
 * @param {number} at
 * @param {number} length of a tile
 */
function between(at, length) {
  const tile = Math.min(Math.max((at + 0.5) / length - 0.5, 0), TILES - 1);
  const low = Math.floor(tile);
  return { low, high: Math.min(low + 1, TILES - 1), share: tile - low };
}

/**
 * Which level becomes which in one tile. Black is the surround: it stays black and does not count.
 * @param {Uint8Array} plane
 * @param {number} width of the plane
 * @param {number[]} columns from and to
 * @param {number[]} rows from and to
 */
function curve(plane, width, [left, right], [top, bottom]) {
  const counts = new Float64Array(LEVELS);
  for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) counts[plane[y * width + x]] += 1;
  counts[0] = 0;
  const total = counts.reduce((sum, each) => sum + each, 0);
  const most = (CLIP * total) / LEVELS;
  const excess = counts.reduce((sum, each) => sum + Math.max(0, each - most), 0);
  const levels = new Float64Array(LEVELS);
  for (let level = 1, sum = 0; level < LEVELS; level += 1) {
    sum += Math.min(counts[level], most) + excess / (LEVELS - 1);
    levels[level] = total ? ((LEVELS - 1) * sum) / total : level;
  }
  return levels;
}

/**
 * RGBA bytes of a grey plane.
 * @param {Uint8Array} plane
 */
export function asPicture(plane) {
  const pixels = new Uint32Array(plane.length);
  for (let i = 0; i < plane.length; i += 1) pixels[i] = plane[i] * 0x010101 + 0xff000000;
  return new Uint8ClampedArray(pixels.buffer);
}
