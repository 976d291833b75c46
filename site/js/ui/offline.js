// What every page does for visits without a connection: it says so, and has the service worker store what the page consists of.

import { element } from './element.js';
import { t } from './language.js';

const WORKER = '/service-worker.js'; // at the root, since it answers for all pages

/** A sentence that is there while the browser has no connection. */
export function offlineNotice() {
  const notice = element('p', { class: 'masthead-warning', id: 'offline', role: 'status' });
  const look = () => {
    notice.hidden = navigator.onLine;
    notice.textContent = navigator.onLine ? '' : words();
  };
  addEventListener('online', look);
  addEventListener('offline', look);
  look();
  return notice;
}

function words() {
  if (!document.getElementById('drop')) return t('You are offline. This page can only show what it has loaded already.');
  return t('You are offline. What is on this page stays here. Photographs that you add are segmented as soon as you are online again.');
}

/**
 * Browsers allow it only on HTTPS and on the computer that runs the service, and some not in private windows. Without it the page works as
 * long as there is a connection.
 */
export async function workOffline() {
  if (!('serviceWorker' in navigator)) return;
  const registered = await navigator.serviceWorker.register(WORKER).catch(() => null);
  if (!registered) return;
  await navigator.serviceWorker.ready;
  const named = [location.pathname];
  new PerformanceObserver((list) => {
    const loaded = list.getEntriesByType('resource').map(({ name }) => new URL(name));
    const files = loaded.filter(({ origin, pathname }) => origin === location.origin && !pathname.startsWith('/api/')).map(({ href }) => href);
    const addresses = [...named.splice(0), ...files];
    if (addresses.length) registered.active?.postMessage(addresses);
  }).observe({ type: 'resource', buffered: true });
}
