// As much of a browser as the page's modules ask for when they are loaded without one. Import it before them.

class Storage {
  /** @type {Map<string, string>} */
  #items = new Map();
  getItem(/** @type {string} */ name) {
    return this.#items.get(name) ?? null;
  }
  setItem(/** @type {string} */ name, /** @type {string} */ text) {
    this.#items.set(name, text);
  }
  removeItem(/** @type {string} */ name) {
    this.#items.delete(name);
  }
}

/** Other tabs that never say anything. */
class SilentChannel extends EventTarget {
  postMessage() {}
}

const page = new EventTarget();

/** What can be seen of the page; `see(false)` is another tab in front of it. */
export const fakeDocument = Object.assign(new EventTarget(), { hidden: false });

/** @param {boolean} seen */
export function see(seen) {
  fakeDocument.hidden = !seen;
  fakeDocument.dispatchEvent(new Event('visibilitychange'));
}

Object.assign(globalThis, {
  BroadcastChannel: SilentChannel,
  addEventListener: page.addEventListener.bind(page),
  document: fakeDocument,
  location: { origin: 'https://retina.test', pathname: '/', search: '', hash: '' },
  sessionStorage: new Storage(),
});
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
