// Registers pairs of vessel masks as the page does: a line of JSON in, a line of JSON out. registration.py writes and reads them.

import { createInterface } from 'node:readline';

import { register } from '../../site/js/registration/register.js';

for await (const line of createInterface({ input: process.stdin })) {
  const pair = JSON.parse(line);
  const [first, second] = [pair.first, pair.second].map((side) => ({ ...side, vessels: Uint8Array.from(Buffer.from(side.vessels, 'base64')) }));
  console.log(JSON.stringify(register(first, second)));
}
