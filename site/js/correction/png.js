// Writes pictures as PNG, as the service does: a mask with one bit a pixel, white on black, or colours. Pure.

import { crc32 } from '../files/crc32.js';

/** @import { Size } from '../viewer/view.js' */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes that are compressed at a time. */
const PIECE = 1_000_000;

/**
 * @param {Size} size
 * @param {(pixel: number) => boolean} isWhite of the pixel with this number, row by row
 */
export function maskPng({ width, height }, isWhite) {
  return png({ width, height }, { depth: 1, colour: 0, stride: Math.ceil(width / 8) }, (row, first) => {
    for (let x = 0; x < width; x += 1) if (isWhite(first + x)) row[x >> 3] |= 0x80 >> (x & 7);
  });
}

/**
 * Eight bits for each of red, green and blue.
 * @param {Size} size
 * @param {(pixel: number) => number[]} colourOf the pixel with this number, row by row
 */
export function colourPng({ width, height }, colourOf) {
  return png({ width, height }, { depth: 8, colour: 2, stride: 3 * width }, (row, first) => {
    for (let x = 0; x < width; x += 1) [row[3 * x], row[3 * x + 1], row[3 * x + 2]] = colourOf(first + x);
  });
}

/**
 * In strips, so that a large photograph needs little memory. No interlacing.
 * @param {Size} size
 * @param {{ depth: number, colour: number, stride: number }} kind bits, type of colour and bytes of a row, as a PNG has them
 * @param {(row: Uint8Array, first: number) => void} fill puts pixels into a row of zeros, from the one with this number on
 */
async function png({ width, height }, { depth, colour, stride }, fill) {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, depth);
  header.setUint8(9, colour);
  const rows = Math.max(1, Math.floor(PIECE / (1 + stride)));
  let top = 0;
  /** @type {ReadableStream<BufferSource>} */
  const strips = new ReadableStream({
    pull(controller) {
      const strip = new Uint8Array(Math.min(rows, height - top) * (1 + stride)); // each row after a zero for “no filter”
      for (let at = 1; at < strip.length; at += 1 + stride, top += 1) fill(strip.subarray(at, at + stride), top * width);
      controller.enqueue(strip);
      if (top >= height) controller.close();
    },
  });
  const data = await new Response(strips.pipeThrough(new CompressionStream('deflate'))).arrayBuffer();
  const chunks = [await chunk('IHDR', header.buffer), await chunk('IDAT', data), await chunk('IEND', new ArrayBuffer(0))];
  return new Blob([Uint8Array.from(SIGNATURE), ...chunks], { type: 'image/png' });
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
