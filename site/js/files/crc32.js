// The checksum of ZIP files (CRC-32 of ISO 3309), read piece by piece, so that neither memory nor the page is taken up.

const POLYNOMIAL = 0xedb88320;
const PIECE = 1 << 18; // bytes at a time, about a millisecond
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/**
 * Throws the signal's reason if it is aborted.
 * @param {Blob} blob
 * @param {AbortSignal} signal
 */
export async function crc32(blob, signal) {
  let crc = 0xffffffff;
  for (let at = 0; at < blob.size; at += PIECE) {
    signal.throwIfAborted();
    const piece = new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
    for (let i = 0; i < piece.length; i += 1) crc = (crc >>> 8) ^ TABLE[(crc ^ piece[i]) & 0xff];
  }
  return (crc ^ 0xffffffff) >>> 0;
}
