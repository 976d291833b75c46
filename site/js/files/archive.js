// What the ZIP of all results contains: the pictures of every photograph, the table, and a note on what they are. Each
// photograph without a result is in the table with its reason.

import { createUnique, safeStem } from './file-names.js';
import { csvBlob } from './save.js';
import { tableOf } from './table.js';

/** @import { Listed } from './table.js' */
/** @import { Entry } from './zip.js' */

const ENDINGS = /** @type {const} */ ({
  mask: '-vessels.png', model_mask: '-vessels-model.png', artery_vein: '-arteries-veins.png', probability: '-probability.png', overlay: '-overlay.jpg',
});
const NOTE = `For research and education. Not a medical device, not for diagnosis.

vessels.csv has a row for each photograph; its last column, "vessels", names the vessel mask. Masks are white on black, at the
photograph's own resolution. Where a person has corrected the vessels, "-vessels-model" are those of the model, and the column
"corrected" says "yes", or "not measured again" if the figures are still the earlier ones. Where they were looked for, arteries are red and veins blue. ADDRESS has the definitions
of all measurements.
`;

/**
 * @param {Listed[]} photographs
 * @param {string[]} measured names of measurements
 * @param {string} address of this site
 * @returns {Entry[]}
 */
export function archiveOf(photographs, measured, address) {
  const unique = createUnique();
  /** @type {Entry[]} */
  const entries = [];
  const vessels = photographs.map(({ name, result }) => {
    if (!result?.pictures) return null;
    const { pictures } = result;
    const stem = unique(`pictures/${safeStem(name)}`);
    for (const [kind, ending] of Object.entries(ENDINGS)) {
      const blob = pictures[/** @type {keyof typeof ENDINGS} */ (kind)];
      if (blob) entries.push({ name: stem + ending, blob });
    }
    return stem + ENDINGS.mask;
  });
  return [
    { name: 'README.txt', blob: new Blob([NOTE.replace('ADDRESS', `${address}/api/v1/measurements`)], { type: 'text/plain' }) },
    { name: 'vessels.csv', blob: csvBlob([tableOf(photographs, measured, vessels)]) },
    ...entries,
  ];
}
