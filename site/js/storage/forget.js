// Signing out on a shared computer, or deleting the account: asks whether the photographs that are stored in this browser go, too.

import { Refusal } from '../api/reach.js';
import { transact } from './database.js';
import { hasLocks } from './workspace.js';
import { chosen } from '../ui/confirm.js';
import { plural, t } from '../ui/language.js';

/** @import { Answer } from '../ui/confirm.js' */

const CHANNEL = 'retina.photographs';
const NOT_DELETED = t('You are signed out, but this browser could not delete the photographs that it stores. Remove them on the start page, or delete the data of this site in the browser’s settings.');

export const SIGNING_OUT = [
  { value: 'stay', words: t('Stay signed in') },
  { value: 'keep', words: t('Keep them and sign out') },
  { value: 'delete', words: t('Delete them and sign out'), danger: true },
];
/** Whoever has deleted the account cannot stay. */
export const SIGNED_OUT = [{ value: 'keep', words: t('Keep them') }, { value: 'delete', words: t('Delete them'), danger: true }];

/**
 * Resolves to the value of an answer, the first one on Escape. Where nothing is stored there is no question, and the answer is “keep”.
 * @param {Answer[]} answers
 */
export async function askToForget(answers) {
  const count = hasLocks() ? await transact('readonly', ['photographs'], (stores) => stores.photographs.count()).catch(() => 0) : 0;
  if (!count) return 'keep';
  return chosen({
    title: t('Delete the photographs from this browser, too?'),
    words: [
      plural(
        count,
        '{n} photograph with results on the start page is stored in this browser, where whoever uses this computer next can see them.',
        '{n} photographs with results on the start page are stored in this browser, where whoever uses this computer next can see them.',
      ),
      t('What you saved to your history stays there.'),
    ].join(' '),
    answers,
  });
}

/** Deletes everything that is stored, and has all tabs drop what they show. If the browser does not delete it, a dialog says so. */
export async function forget() {
  try {
    await clear();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error; // which the database's errors are
    await chosen({ title: t('The photographs are still in this browser'), words: NOT_DELETED, answers: [{ value: 'close', words: t('Close') }] });
  }
}

async function clear() {
  await transact('readwrite', ['workspaces', 'photographs', 'files'], ({ workspaces, photographs: stored, files }) => {
    stored.clear();
    files.clear();
    return workspaces.clear();
  });
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('forgotten');
  channel.close();
}

/** @param {() => void} drop */
export function whenForgotten(drop) {
  new BroadcastChannel(CHANNEL).addEventListener('message', drop);
}
