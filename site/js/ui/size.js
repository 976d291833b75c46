// Formats a file size for people.

import { decimal } from './language.js';
import { withUnit } from './with-unit.js';

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 2 ** 20) return withUnit(decimal(Math.max(1, Math.round(bytes / 1024)), 0), 'KiB');
  return withUnit(decimal(bytes / 2 ** 20, 1), 'MiB');
}
