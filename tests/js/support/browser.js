// As much of a browser as the page's modules need at import. Import it before them.

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

/** A channel to other tabs that never answer. */
class SilentChannel extends EventTarget {
  postMessage() {}
}

const page = new EventTarget();

/** The document; `see(false)` hides it, as if another tab were in front. */
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
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true, languages: ['en'] }, configurable: true });
