// <site-masthead>, the top of every page: a skip link, the name, and the navigation with the current page marked.
// auth/masthead.js fills #who with the signed-in user and #sign-in-trouble with sign-in errors. The footer gets the choice of a language.

import { element } from './element.js';
import { t } from './language.js';
import { addLanguageChoice } from './language-choice.js';
import { offlineNotice, workOffline } from './offline.js';

const ICON = new URL('../../favicon.svg', import.meta.url).href; // of the same version as this file
const LINKS = [
  { words: t('Segment'), href: '/' },
  { words: t('History'), href: '/history.html', account: true },
  { words: t('Batches'), href: '/batches.html', account: true },
  { words: t('Account'), href: '/account.html', account: true },
  { words: t('API'), href: '/api/v1/docs' },
  { words: t('Prices'), href: '/prices.html' },
  { words: t('Model card'), href: '/api/v1/model' },
];

class SiteMasthead extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    const icon = element('img', { src: ICON, alt: '', width: 28, height: 28 });
    this.append(
      element('a', { class: 'skip', href: '#main' }, t('Skip to content')),
      element(
        'header',
        { class: 'masthead' },
        element('a', { class: 'brand', href: '/' }, icon, 'Retina'),
        element('nav', { 'aria-label': t('Site') }, ...LINKS.map(link)),
        element('div', { class: 'who', id: 'who' }),
      ),
      offlineNotice(),
      element('p', { class: 'masthead-warning', id: 'sign-in-trouble', role: 'alert', hidden: '' }),
    );
  }
}

/** @param {{ words: string, href: string, account?: boolean }} link */
function link({ words, href, account = false }) {
  const made = element('a', { href }, words);
  if (href === location.pathname) made.setAttribute('aria-current', 'page');
  made.hidden = account; // until someone is signed in
  made.toggleAttribute('data-account', account);
  return made;
}

addLanguageChoice(document);
customElements.define('site-masthead', SiteMasthead);

if (document.readyState === 'complete') void workOffline();
else addEventListener('load', () => void workOffline(), { once: true });
