// Writes a number with its unit.

const BEFORE_UNIT = / (?=(?:%|‰|°|px|[nµm]?m|[KMG]?iB|s)(?![\p{L}\d]))/u;

/**
 * “10.7 %”, in one line; “0.5 percentage points” may be in two. Without a unit, the number alone.
 * @param {number | string} number as it is written
 * @param {string} unit
 */
export function withUnit(number, unit) {
  return `${number}${unit && ` ${unit}`.replace(BEFORE_UNIT, '\u00a0')}`;
}
