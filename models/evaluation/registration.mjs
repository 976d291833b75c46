// Registers pairs of vessel masks as the page does: a line of JSON in, a line of JSON out. registration.py writes and reads them.

import { createInterface } from 'node:readline';

import { register } from '../../site/js/registration/register.js';

/** @import { Plane } from '../../site/js/registration/centre-lines.js' */
/** @typedef {Omit<Plane, 'vessels'> & { vessels: string }} Sent the vessels as base64 */

for await (const line of createInterface({ input: process.stdin })) {
  /** @type {unknown} */
  const sent = JSON.parse(line);
  const pair = /** @type {{ first: Sent, second: Sent }} */ (sent);
  console.log(JSON.stringify(register(planeOf(pair.first), planeOf(pair.second))));
}

/**
 * @param {Sent} sent
 * @returns {Plane}
 */
function planeOf(sent) {
  return { ...sent, vessels: Uint8Array.from(Buffer.from(sent.vessels, 'base64')) };
}
