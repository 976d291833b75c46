// Keeps the page usable without a connection: it stores what the page consists of, which is the same for everybody, and answers with it
// when the service cannot be reached. It never sees photographs, results or anything of an account: those requests pass by.
//
// Files below /v/ have their version in their address and never change. Everything else is asked of the service first.

const STORE = 'page';
const OFFLINE = '/offline.html';
const VERSIONED = /^\/v\/\w+\//;
const PAGE = /^\/([\w-]+\.html)?$/;
/** What pages consist of; sign-in pages are none of it. */
const FILE = /^\/(?!api\/|files\/)[\w/-]+\.(css|js|json|svg|webp|jpg|png|webmanifest)$/;
/** What the service says about itself without being told who asks. */
const PUBLIC = ['/api/v1/limits', '/api/v1/measurements', '/api/v1/prices'];

/** @typedef {Event & { waitUntil(work: Promise<unknown>): void }} Extendable */
/** @typedef {Extendable & { request: Request, respondWith(answer: Promise<Response>): void }} Fetching */
/** @typedef {{ clients: { claim(): Promise<void> }, skipWaiting(): Promise<void> }} Own */

const worker = /** @type {Own} */ (/** @type {unknown} */ (globalThis));

addEventListener('install', (event) => {
  const stored = caches.open(STORE).then((store) => store.addAll([OFFLINE, ...PUBLIC]));
  /** @type {Extendable} */ (event).waitUntil(stored.then(() => worker.skipWaiting()));
});

addEventListener('activate', (event) => /** @type {Extendable} */ (event).waitUntil(worker.clients.claim()));

addEventListener('fetch', (event) => {
  const fetching = /** @type {Fetching} */ (event);
  const { request } = fetching;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin || request.headers.has('Range')) return;
  if (request.mode === 'navigate') fetching.respondWith(visited(request, fetching));
  else if (isOfPage(pathname) && !search) fetching.respondWith(VERSIONED.test(pathname) ? unchanged(request, fetching) : current(request, fetching));
});

// The page names itself and what it had loaded before this worker was there.
addEventListener('message', (event) => {
  const addresses = /** @type {MessageEvent<string[]>} */ (event).data.map((address) => new URL(address, location.origin));
  const wanted = addresses.filter(({ origin, pathname, search }) => origin === location.origin && isOfPage(pathname) && !search);
  if (wanted.length) /** @type {Extendable} */ (/** @type {Event} */ (event)).waitUntil(storeAll(wanted.map(({ href }) => href)));
});

/** @param {string} pathname */
function isOfPage(pathname) {
  return PUBLIC.includes(pathname) || PAGE.test(pathname) || FILE.test(pathname);
}

/**
 * A page as it is now, else as it was stored, else one that says that there is no connection.
 * @param {Request} request
 * @param {Extendable} event
 */
async function visited(request, event) {
  const { pathname, search } = new URL(request.url);
  try {
    const answer = await fetch(request);
    if (isOfPage(pathname) && !search) keep(pathname, answer, event); // an address with a search may hold a code for signing in
    return answer;
  } catch {
    return (await found(pathname)) ?? (await found(OFFLINE)) ?? Response.error();
  }
}

/**
 * @param {Request} request
 * @param {Extendable} event
 */
async function current(request, event) {
  try {
    const answer = await fetch(request);
    keep(request.url, answer, event);
    return answer;
  } catch (error) {
    const stored = await found(request.url);
    if (stored) return stored;
    throw error;
  }
}

/**
 * @param {Request} request
 * @param {Extendable} event
 */
async function unchanged(request, event) {
  const stored = await found(request.url);
  if (stored) return stored;
  const answer = await fetch(request);
  keep(request.url, answer, event);
  return answer;
}

/**
 * What is stored, read to its end. Chromium hands a stored answer on while it still reads it, and aborts what it has not read by then when it
 * collects this worker's garbage: some of a page's modules would be missing now and then.
 * @param {string} address
 */
async function found(address) {
  const store = await caches.open(STORE);
  const stored = await store.match(address);
  return stored && new Response(await stored.blob(), stored);
}

/**
 * Stores a copy of a successful answer while the answer itself is used.
 * @param {string} address
 * @param {Response} answer
 * @param {Extendable} event
 */
function keep(address, answer, event) {
  if (!answer.ok || answer.type !== 'basic' || answer.redirected) return;
  const copy = answer.clone();
  event.waitUntil(caches.open(STORE).then((store) => store.put(address, copy)));
}

/**
 * Stores what is missing, and deletes the files of versions to which no stored page refers. With a page comes the present form of the one
 * that is shown without a connection.
 * @param {string[]} addresses
 */
async function storeAll(addresses) {
  const store = await caches.open(STORE);
  const missing = await Promise.all(addresses.map(async (address) => ((await store.match(address)) ? [] : [address])));
  const offline = addresses.some((address) => PAGE.test(new URL(address).pathname)) ? [OFFLINE] : [];
  // What cannot be fetched now may be later.
  await Promise.allSettled([...missing.flat(), ...offline].map((address) => store.add(address)));
  const answers = await Promise.all((await store.keys()).map(async (request) => ({ request, answer: await store.match(request) })));
  const pages = answers.filter(({ answer }) => answer?.headers.get('Content-Type')?.startsWith('text/html'));
  const texts = await Promise.all(pages.map(({ answer }) => answer?.text() ?? Promise.resolve('')));
  const old = answers.filter(({ request }) => {
    const version = VERSIONED.exec(new URL(request.url).pathname)?.[0];
    return version && !texts.some((text) => text.includes(version));
  });
  await Promise.all(old.map(({ request }) => store.delete(request)));
}
