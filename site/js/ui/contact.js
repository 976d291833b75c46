// Whom to ask for credits, as the operator of the service has set it: an email address or an https URL.

import { element } from './element.js';
import { t, tNodes } from './language.js';

/**
 * A link to the contact, or a sentence without one.
 * @param {string | null} contact
 * @returns {(Node | string)[]}
 */
export function askForCredits(contact) {
  if (!contact) return [t('To get credits, ask whoever runs this service.')];
  const page = contact.startsWith('https://');
  const link = element('a', { href: page ? contact : `mailto:${contact}`, rel: 'noreferrer' }, contact);
  return tNodes('To get credits, ask {contact}.', { contact: link });
}
