// Writes a number with its unit.

import { joined } from './sentences.js';

/**
 * “10.7 %”, in one line; “0.5 percentage points” may be in two. Without a unit, the number alone.
 * @param {number | string} number as it is written
 * @param {string} unit
 */
export function withUnit(number, unit) {
  return joined(`${number}${unit && ` ${unit}`}`);
}
