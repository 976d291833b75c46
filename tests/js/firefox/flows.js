// The main flows in Firefox. tests/e2e/test_firefox.py starts the service and runs this file.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { address, click, drop, edges, firefox, fits, opened, says, started, text, visible } from './visit.js';

const [SAMPLE, SMALL] = ['retina.jpg', 'retina-small.webp'].map((name) => fileURLToPath(new URL(`../../../site/samples/${name}`, import.meta.url)));

/** A photograph that no Firefox shows. */
const TIFF = String(process.env.RETINA_TIFF);

/** The enlargement in per cent. @param {import('puppeteer-core').Page} page */
async function enlargement(page) {
  return Number.parseInt(await text(page, '#zoom-level'), 10);
}

test('a dropped photograph is segmented, enlarged, and seen in layers', async () => {
  const browser = await firefox();
  try {
    const { page, complaints } = await opened(browser, { width: 1280, height: 800 });
    await started(page);
    await drop(page, SAMPLE);
    await says(page, '#result-title', /^retina\.jpg$/);
    await says(page, '#facts .headline dd', /^[\d.]+\s% of the field of view/);
    await page.waitForSelector('#layer-vessels[data-state=drawn]');
    await fits(page);

    const stage = await visible(page, '#stage');
    const box = await stage?.boundingBox();
    assert.ok(box);
    const whole = await enlargement(page);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (let turn = 0; turn < 3; turn += 1) await page.mouse.wheel({ deltaY: -200 });
    await page.waitForFunction((before) => Number.parseInt(document.querySelector('#zoom-level')?.textContent ?? '', 10) > 1.5 * before, {}, whole);
    await page.keyboard.press('0');
    assert.equal(await enlargement(page), whole);

    for (const [key, view] of [['3', 'vessels'], ['1', 'photograph'], ['2', 'overlay']]) {
      await page.keyboard.press(/** @type {'1'} */ (key));
      await page.waitForSelector(`#stage[data-view=${view}]`);
    }
    await page.keyboard.press('5');
    await visible(page, '#legend-disc');
    await click(page, '#more-layers');
    await page.focus('#threshold');
    for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowRight');
    await says(page, '#threshold-note', /Vascular density.*[\d.]+\s%/);
    await page.keyboard.press('w');
    await visible(page, '#wipe');
    await fits(page);
    await page.keyboard.press('w');
    await toolsSayWhyNot(page);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
});

test('on a phone in the dark, with an account: saved, compared with an earlier visit, and sent as a batch', async () => {
  const browser = await firefox({ dark: true });
  try {
    const { page, complaints } = await opened(browser, { width: 390, height: 844 });
    await started(page);
    const background = await page.$eval('html', (root) => getComputedStyle(root).backgroundColor);
    assert.ok((background.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) < 80), background);
    await fits(page);
    await click(page, '#who button');
    await visible(page, '[name=address]');
    await page.type('[name=address]', `${randomUUID()}@example.org`);
    await page.type('[name=password]', 'correct horse battery');
    await click(page, '[value=register]');
    await visible(page, '.who-mail');

    await drop(page, SMALL);
    await visible(page, '#save');
    await fits(page);
    await page.type('#save [name=subject]', 'P-1');
    await page.select('#save [name=eye]', 'left');
    await page.$eval('#save [name=taken_on]', (field) => (/** @type {HTMLInputElement} */ (field).value = '2026-05-04'));
    await page.focus('#save .primary');
    const [focused, bar] = [await edges(page, '#save .primary'), await edges(page, '#panels')];
    assert.ok(focused.bottom <= bar.top, 'what has the focus is not under the bar');
    await page.keyboard.press('Enter');
    await visible(page, '#saved');
    await savedEarlier(page);
    await page.waitForNetworkIdle();
    await click(page, '#saved-link');
    await says(page, '#result-title', /^P-1, left eye, 4 May 2026$/);
    await click(page, '#compare-open');
    await visible(page, '#pair');
    await says(page, '.pair-status', /Aligned by their vessels: 100\s%/);
    await fits(page);

    await page.waitForNetworkIdle(); // Firefox complains of modules that a page was still loading when it was left
    await page.goto(`${address}/batches.html`);
    await visible(page, '#signed-in');
    const files = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$('#files'));
    await files.uploadFile(SMALL);
    await page.waitForSelector('#start:not(:disabled)', { visible: true });
    await click(page, '#start');
    await says(page, '#batch-state', /^Finished$/);
    await says(page, '#items', /retina-small\.webp.*vascular density/);
    await fits(page);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
});

/**
 * Tools that cannot be used on a photograph that the browser cannot show, of which the service gives no copy either, stay where they are and
 * say why, to a click and to a key.
 * @param {import('puppeteer-core').Page} page
 */
async function toolsSayWhyNot(page) {
  await page.evaluate(() => {
    const { fetch } = globalThis;
    globalThis.fetch = (asked, ...rest) => (asked === '/api/v1/previews' ? Promise.resolve(new Response('{}', { status: 429 })) : fetch(asked, ...rest));
  });
  await drop(page, TIFF);
  await page.waitForFunction(() => document.querySelectorAll('.item[data-state=done]').length === 2);
  await click(page, '.item:last-child .item-show');
  await page.waitForSelector('#tool-wipe[aria-disabled=true]');
  for (const [tool, key, reason] of /** @type {const} */ ([['wipe', 'w', /nothing to wipe/], ['correct', 'c', /cannot be corrected here/]])) {
    await click(page, `#tool-${tool}`);
    await says(page, '#readout', reason);
    assert.match(await page.$eval(`#tool-${tool}`, (button) => button.getAttribute('title') ?? ''), reason);
    await page.keyboard.press(key);
    await says(page, '#readout', reason);
  }
  await fits(page);
}

/**
 * The same photograph as of another visit, saved without the form.
 * @param {import('puppeteer-core').Page} page
 */
async function savedEarlier(page) {
  const session = await page.evaluate(() => sessionStorage.getItem('retina.session') ?? '');
  /** @type {unknown} */
  const held = JSON.parse(session);
  const { access: token } = /** @type {{ access: string }} */ (held);
  const form = new FormData();
  form.append('file', new Blob([await readFile(SMALL)]), 'retina.webp');
  for (const [name, value] of Object.entries({ save: 'true', subject: 'P-1', eye: 'left', taken_on: '2025-05-04' })) form.append(name, value);
  const answer = await fetch(`${address}/api/v1/predictions`, { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
}
