// Formats a file size for people.

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 2 ** 20) return `${Math.max(1, Math.round(bytes / 1024))} KiB`;
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
