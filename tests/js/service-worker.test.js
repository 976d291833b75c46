import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const ORIGIN = 'https://retina.example';
/** @typedef {{ request: object, respondWith(answer: Promise<Response>): void, waitUntil(work: Promise<unknown>): void }} Event */
/** @type {Map<string, (event: any) => void>} */
const listeners = new Map();
/** @type {Map<string, Response>} */
const stored = new Map();
/** @type {string[]} */
let asked = [];
let online = true;

const url = (/** @type {string | { url: string }} */ address) => new URL(typeof address === 'string' ? address : address.url, ORIGIN).href;
const store = {
  match: (/** @type {string | { url: string }} */ address) => Promise.resolve(stored.get(url(address))?.clone()),
  put: (/** @type {string} */ address, /** @type {Response} */ answer) => Promise.resolve(stored.set(url(address), answer)),
  addAll: (/** @type {string[]} */ addresses) => Promise.all(addresses.map((address) => store.add(address))),
  add: async (/** @type {string} */ address) => stored.set(url(address), await served(address)),
  keys: () => Promise.resolve([...stored.keys()].map((each) => ({ url: each }))),
  delete: (/** @type {{ url: string }} */ request) => Promise.resolve(stored.delete(request.url)),
};

function served(/** @type {string | { url: string }} */ request) {
  const { pathname } = new URL(url(request));
  asked.push(pathname);
  if (!online) return Promise.reject(new TypeError('no connection'));
  const page = pathname === '/' || pathname.endsWith('.html');
  const answer = new Response(`${pathname} ${page ? '/v/two/style.css' : ''}`, { headers: { 'Content-Type': page ? 'text/html; charset=utf-8' : 'text/css' } });
  Object.defineProperty(answer, 'type', { value: 'basic' });
  return Promise.resolve(answer);
}

Object.assign(globalThis, {
  addEventListener: (/** @type {string} */ kind, /** @type {() => void} */ listener) => listeners.set(kind, listener),
  location: new URL(ORIGIN), caches: { open: () => Promise.resolve(store) }, fetch: served,
});
await import(new URL('../../site/service-worker.js', import.meta.url).href); // a script, which exports nothing

/**
 * The answer of the worker, or null if it leaves the request to the browser, and what it does besides.
 * @param {string} path
 * @param {{ method?: string, mode?: string, headers?: Record<string, string> }} [request]
 */
function answerTo(path, { method = 'GET', mode = 'no-cors', headers = {} } = {}) {
  /** @type {Promise<Response> | null} */
  let answer = null;
  /** @type {Promise<unknown>[]} */
  const works = [];
  listeners.get('fetch')?.({
    request: { url: url(path), method, mode, headers: new Headers(headers) },
    respondWith: (/** @type {Promise<Response>} */ given) => (answer = given),
    waitUntil: (/** @type {Promise<unknown>} */ work) => works.push(work),
  });
  return { answer: /** @type {Promise<Response> | null} */ (answer), works };
}

/**
 * The text of the worker's answer once all that it does besides has ended, or null if it leaves the request to the browser.
 * @param {Parameters<typeof answerTo>} request
 */
async function answered(...request) {
  const { answer, works } = answerTo(...request);
  const text = answer && (await answer.then((found) => found.text(), () => 'failed'));
  await Promise.all(works);
  return text;
}

/** @param {string[]} addresses */
async function named(...addresses) {
  /** @type {Promise<unknown>[]} */
  const works = [];
  listeners.get('message')?.({ data: addresses, waitUntil: (/** @type {Promise<unknown>} */ work) => works.push(work) });
  await Promise.all(works);
}

const paths = () => [...stored.keys()].map((each) => each.slice(ORIGIN.length)).sort();

beforeEach(() => {
  stored.clear();
  asked = [];
  online = true;
});

test('requests about photographs and accounts are left alone', async () => {
  for (const path of ['/api/v1/predictions', '/api/v1/usage', '/api/v1/batches/1/results.csv', '/api/v1/docs/swagger-ui.css', '/.well-known/jwks.json', '/oauth2/token', '/predict', '/files/history/anna/1/mask.png', '/mask.png?signature=1']) {
    assert.equal(await answered(path), null, path);
  }
  assert.equal(await answered('/style.css', { method: 'POST' }), null);
  assert.equal(await answered('/style.css', { headers: { Range: 'bytes=0-1' } }), null);
  assert.equal(await answered('https://elsewhere.example/style.css'), null);
  await named('/api/v1/predictions', 'https://retina.example/api/v1/usage', '/oauth2/authorize', '/files/a/mask.png', '/?code=1', 'https://elsewhere.example/a.js');
  assert.deepEqual(paths(), []);
});

test('pages are asked of the service first, and shown as stored without a connection', async () => {
  assert.match(await answered('/', { mode: 'navigate' }) ?? '', /^\/ /);
  await named('/offline.html');
  online = false;
  assert.match(await answered('/?from=mail', { mode: 'navigate' }) ?? '', /^\/ /);
  assert.match(await answered('/history.html', { mode: 'navigate' }) ?? '', /^\/offline.html/);
  assert.match(await answered('/api/v1/docs', { mode: 'navigate' }) ?? '', /^\/offline.html/);
  assert.equal(await answered('/other.css'), 'failed');
});

test('an address that signs somebody in is never stored', async () => {
  await answered('/?code=abc&state=x', { mode: 'navigate' });
  await answered('/oauth2/authorize', { mode: 'navigate' });
  assert.deepEqual(paths(), []);
});

test('files with a version are asked for once, others whenever there is a connection', async () => {
  for (let n = 0; n < 2; n += 1) {
    await answered('/v/two/style.css');
    await answered('/style.css');
  }
  assert.deepEqual(asked, ['/v/two/style.css', '/style.css', '/style.css']);
  online = false;
  assert.match(await answered('/style.css') ?? '', /^\/style.css/);
});

test('versions to which no stored page refers are deleted', async () => {
  await named('/v/one/style.css', '/style.css');
  assert.deepEqual(paths(), ['/style.css']);
  await answered('/v/one/js/a.js');
  await named('/', '/v/two/style.css');
  assert.deepEqual(paths(), ['/', '/offline.html', '/style.css', '/v/two/style.css']);
});

test('the page that says that there is no connection is of the version of the pages', async () => {
  stored.set(`${ORIGIN}/offline.html`, new Response('of version one: /v/one/style.css'));
  await answered('/v/one/style.css');
  await named('/');
  assert.match(await (await store.match('/offline.html'))?.text() ?? '', /two/);
  assert.deepEqual(paths(), ['/', '/offline.html']);
});

test('what is stored is read to its end before it is the answer, since Chromium may abort it afterwards', async () => {
  for (const [path, mode] of /** @type {const} */ ([['/', 'navigate'], ['/style.css', 'no-cors'], ['/v/two/style.css', 'no-cors']])) {
    let given = false;
    const body = () => new ReadableStream({
      pull(controller) {
        if (given) return controller.error(new TypeError('collected'));
        controller.enqueue(new TextEncoder().encode(path));
        controller.close();
      },
    }, { highWaterMark: 0 });
    stored.set(`${ORIGIN}${path}`, /** @type {Response} */ ({ clone: () => new Response(body(), { status: 203, headers: { 'Content-Type': 'text/css' } }) }));
    online = false;
    const answer = await answerTo(path, { mode }).answer;
    given = true;
    assert.deepEqual([answer?.status, answer?.headers.get('Content-Type'), await answer?.text()], [203, 'text/css', path]);
  }
});

test('what cannot be fetched keeps nothing from being stored', async () => {
  online = false;
  await named('/', '/style.css');
  online = true;
  await named('/', '/style.css');
  assert.deepEqual(paths(), ['/', '/offline.html', '/style.css']);
});
