// Signing out on a shared computer, or deleting the account: asks whether the photographs that are stored in this browser go, too.

import { transact } from './database.js';
import { hasLocks } from './workspace.js';
import { confirmed } from '../ui/confirm.js';
import { plural, t } from '../ui/language.js';

const CHANNEL = 'retina.photographs';

/**
 * Resolves when the question is answered and done with. Where nothing is stored there is no question.
 * @param {{ yes?: string, no?: string }} answers
 */
export async function askToForget({ yes = t('Delete them and sign out'), no = t('Keep them and sign out') } = {}) {
  const count = hasLocks() ? await transact('readonly', ['photographs'], (stores) => stores.photographs.count()).catch(() => 0) : 0;
  if (!count) return;
  const sure = await confirmed({
    title: t('Delete the photographs from this browser, too?'),
    words: [
      plural(
        count,
        '{n} photograph with results on the start page is stored in this browser, where whoever uses this computer next can see them.',
        '{n} photographs with results on the start page are stored in this browser, where whoever uses this computer next can see them.',
      ),
      t('What you saved to your history stays there.'),
    ].join(' '),
    yes,
    no,
  });
  if (sure) await forget();
}

/** Deletes everything that is stored, and has all tabs drop what they show. */
async function forget() {
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
