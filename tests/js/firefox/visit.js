// A visit to the page in Firefox: what a person does, what is seen, and what must never happen.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @import { Page } from 'puppeteer-core' */

const PATIENCE_MS = 60_000;
const require = createRequire(new URL('../../../build/js/package.json', import.meta.url)); // where `make` installs it
/** @type {unknown} */
const library = await import(pathToFileURL(require.resolve('puppeteer-core')).href);
const { default: puppeteer } = /** @type {typeof import('puppeteer-core')} */ (library);

export const address = String(process.env.RETINA_ADDRESS);

/** A Firefox of its own. @param {{ dark?: boolean }} [options] */
export function firefox({ dark = false } = {}) {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.RETINA_FIREFOX,
    headless: true,
    extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1 },
  });
}

/**
 * A page of the browser, at a size, and the complaints that it gathers: errors on the console, violations of the content
 * security policy, and requests to other hosts.
 * @param {import('puppeteer-core').Browser} browser
 * @param {{ width: number, height: number }} size
 */
export async function opened(browser, size) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${address}/`) && !/^(data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`);
  });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error(`${violatedDirective} forbids ${blockedURI}`));
  });
  await page.setViewport(size);
  return { page, complaints };
}

/**
 * Visits the start page and waits until it has loaded what it loads when idle: Firefox complains of modules that a page was still loading
 * when it was left, here for signing in.
 * @param {Page} page
 */
export async function started(page) {
  await page.goto(`${address}/`);
  await page.waitForSelector('#workspace[data-ready]');
}

/**
 * Waits until the text of an element matches.
 * @param {Page} page
 * @param {string} selector
 * @param {RegExp} pattern
 */
export async function says(page, selector, pattern) {
  const matches = (/** @type {string} */ css, /** @type {string} */ source) => new RegExp(source).test(document.querySelector(css)?.textContent ?? '');
  try {
    await page.waitForFunction(matches, {}, selector, pattern.source);
  } catch {
    assert.match(await text(page, selector), pattern, selector);
  }
}

/**
 * @param {Page} page
 * @param {string} selector
 */
export function text(page, selector) {
  return page.$eval(selector, (found) => found.textContent ?? '');
}

/**
 * @param {Page} page
 * @param {string} selector
 */
export function visible(page, selector) {
  return page.waitForSelector(selector, { visible: true });
}

/**
 * Drops a photograph anywhere on the page.
 * @param {Page} page
 * @param {string} file
 */
export async function drop(page, file) {
  const photograph = { name: basename(file), base64: await readFile(file, 'base64') };
  await page.evaluate(({ name, base64 }) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    for (const kind of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }, photograph);
  await page.waitForSelector('.item[data-state=done]');
  await visible(page, '#result');
}

/**
 * Where the edges of an element are in the window.
 * @param {Page} page
 * @param {string} selector
 */
export function edges(page, selector) {
  return page.$eval(selector, (found) => {
    const { top, bottom } = found.getBoundingClientRect();
    return { top, bottom };
  });
}

/**
 * No wider than the window.
 * @param {Page} page
 */
export async function fits(page) {
  const [needed, there] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(needed <= there, `${needed} pixels wide`);
}

/**
 * Clicks what may lie under a bar at the edge of the window, as a person would who scrolls first.
 * @param {Page} page
 * @param {string} selector
 */
export async function click(page, selector) {
  await page.$eval(selector, (found) => found.scrollIntoView({ block: 'center', behavior: 'instant' }));
  await page.click(selector);
}
