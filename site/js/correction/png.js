// Writes a mask as a PNG of one bit a pixel, white on black, as the service does. Pure.

import { crc32 } from '../files/crc32.js';

/** @import { Size } from '../viewer/view.js' */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * @param {Size} size
 * @param {(pixel: number) => boolean} isWhite of the pixel with this number, row by row
 */
export async function maskPng({ width, height }, isWhite) {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 1); // one bit a pixel, grey, no interlacing
  const rows = packed({ width, height }, isWhite);
  const data = await new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'))).arrayBuffer();
  const chunks = [await chunk('IHDR', header.buffer), await chunk('IDAT', data), await chunk('IEND', new ArrayBuffer(0))];
  return new Blob([Uint8Array.from(SIGNATURE), ...chunks], { type: 'image/png' });
}

/**
 * Rows of bits, each after a zero for “no filter”.
 * @param {Size} size
 * @param {(pixel: number) => boolean} isWhite
 */
export function packed({ width, height }, isWhite) {
  const stride = 1 + Math.ceil(width / 8);
  const rows = new Uint8Array(stride * height);
  for (let y = 0, i = 0; y < height; y += 1) {
    const begin = y * stride + 1;
    for (let x = 0; x < width; x += 1, i += 1) if (isWhite(i)) rows[begin + (x >> 3)] |= 0x80 >> (x & 7);
  }
  return rows;
}

/**
 * @param {string} type
 * @param {ArrayBuffer} data
 */
async function chunk(type, data) {
  const named = new Blob([type, data]);
  const [length, checksum] = [data.byteLength, await crc32(named, new AbortController().signal)].map((value) => {
    const bytes = new DataView(new ArrayBuffer(4));
    bytes.setUint32(0, value);
    return bytes;
  });
  return new Blob([length, named, checksum]);
}
