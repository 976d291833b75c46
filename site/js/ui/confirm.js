// Asks in a dialog, mainly for confirmation before something is deleted for good. Escape means what the first button means.

import { element } from './element.js';
import { t } from './language.js';

/** What a deletion does not remove at once. Shown wherever people delete something. */
export const BACKUPS = t('If this service keeps backups of its records, the deleted ones disappear from them within 35 days; photographs are not backed up.');

/** @typedef {{ value: string, words: string, danger?: boolean }} Answer */

/**
 * Resolves to true for yes. With `typed`, yes is disabled until that text has been typed.
 * @param {{ title: string, words: string, yes: string, no?: string, typed?: string | null }} question
 */
export async function confirmed({ title, words, yes, no = t('Keep it'), typed = null }) {
  const field = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false' });
  const answers = [{ value: 'no', words: no }, { value: 'yes', words: yes, danger: true }];
  const label = element('label', { class: 'field' }, t('Type {text} to confirm', { text: typed ?? '' }), field);
  const { dialog, buttons: [, agree] } = asking({ title, words, answers }, typed === null ? [] : [label]);
  if (typed !== null) {
    agree.disabled = true;
    field.addEventListener('input', () => (agree.disabled = field.value.trim() !== typed));
  }
  return (await answered(dialog)) === 'yes';
}

/**
 * Resolves to the value of the answer that was chosen; on Escape, to that of the first one.
 * @param {{ title: string, words: string, answers: Answer[] }} question
 */
export async function chosen(question) {
  return (await answered(asking(question).dialog)) || question.answers[0].value;
}

/**
 * @param {{ title: string, words: string, answers: Answer[] }} question
 * @param {HTMLElement[]} fields
 */
function asking({ title, words, answers }, fields = []) {
  const buttons = answers.map(({ value, words: name, danger }) => element('button', { value, ...(danger && { class: 'danger' }) }, name));
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-words' },
    element(
      'form',
      { method: 'dialog' },
      element('h2', { id: 'confirm-title' }, title),
      element('p', { id: 'confirm-words' }, words),
      ...fields,
      element('div', { class: 'actions' }, ...buttons),
    ),
  );
  return { dialog, buttons };
}

/**
 * The value of the button that closed the dialog, or an empty text.
 * @param {HTMLDialogElement} dialog
 */
async function answered(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
  return dialog.returnValue;
}
