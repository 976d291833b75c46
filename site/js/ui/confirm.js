// Asks for confirmation in a dialog, mainly before something is deleted for good. Escape and the first button mean no.

import { element } from './element.js';
import { t } from './language.js';

/** What a deletion does not remove at once. Shown wherever people delete something. */
export const BACKUPS = t('If this service keeps backups of its records, the deleted ones disappear from them within 35 days; photographs are not backed up.');

/**
 * Resolves to true for yes. With `typed`, yes is disabled until that text has been typed.
 * @param {{ title: string, words: string, yes: string, no?: string, typed?: string | null }} question
 */
export async function confirmed({ title, words, yes, no = t('Keep it'), typed = null }) {
  const refuse = element('button', { value: 'no' }, no);
  const agree = element('button', { value: 'yes', class: 'danger' }, yes);
  const field = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false' });
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-words' },
    element(
      'form',
      { method: 'dialog' },
      element('h2', { id: 'confirm-title' }, title),
      element('p', { id: 'confirm-words' }, words),
      ...(typed === null ? [] : [element('label', { class: 'field' }, t('Type {text} to confirm', { text: typed }), field)]),
      element('div', { class: 'actions' }, refuse, agree),
    ),
  );
  if (typed !== null) {
    agree.disabled = true;
    field.addEventListener('input', () => (agree.disabled = field.value.trim() !== typed));
  }
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
  return dialog.returnValue === 'yes';
}
