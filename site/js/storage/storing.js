// The part of the start page that says what is stored in this browser: a switch, what went wrong, and the photographs of
// an earlier visit, which are brought back or deleted.

import { Refusal } from '../api/reach.js';
import { finder } from '../ui/element.js';
import { focusOnPhotographs } from '../ui/focus.js';
import { createTrouble } from '../ui/trouble.js';
import { isStoringWanted, wantStoring } from './choice.js';
import { asRefusal } from './database.js';
import { photographs } from './record.js';
import { createStore } from './store.js';
import { locale, plural, t } from '../ui/language.js';

/** @import { Restored, Showing } from './store.js' */
/** @import { Abandoned } from './workspace.js' */

const NOTHING = t('This browser stores nothing for this page, as in some private windows: photographs and settings are lost when you reload or leave it.');
const TIME = new Intl.DateTimeFormat(locale, { weekday: 'long', hour: '2-digit', minute: '2-digit', hour12: false });

/** @param {{ page: ParentNode, restored: (found: Restored[]) => void, showing: Showing }} parts */
export function createStoring({ page, restored, showing }) {
  const by = finder(page);
  const box = by('store', HTMLInputElement);
  const { say, attempt } = createTrouble(by('store-trouble'));
  const on = isStoringWanted();
  const store = createStore({ say, on, showing });
  /** @type {Abandoned[]} */
  let earlier = [];
  box.checked = on;

  box.addEventListener('change', () => {
    wantStoring(box.checked);
    store.set(box.checked);
    words();
  });

  function words() {
    by('store-note').textContent = box.checked
      ? t(
          'Only this browser stores them: until you remove them. Three days after you closed this page they are not offered '
            + 'any more, and the next visit deletes them. Untick it on a shared computer.',
        )
      : t('Nothing is stored: the photographs are gone when you reload or leave this page.');
  }

  function offer() {
    const count = earlier.reduce((sum, { count: each }) => sum + each, 0);
    by('earlier').hidden = !count;
    if (!count) return;
    const time = TIME.format(earlier[0].touched);
    by('earlier-words').textContent = earlier.length > 1
      ? t('{photographs} from {time} and before are still in this browser.', { photographs: photographs(count), time })
      : plural(count, '{n} photograph from {time} is still in this browser.', '{n} photographs from {time} are still in this browser.', { time });
  }

  by('earlier-back').addEventListener('click', () => {
    const wanted = earlier;
    earlier = [];
    offer();
    void attempt(async () => {
      for (const { id } of wanted) await store.adopt(id);
      for await (const portion of store.restore()) restored(portion);
      focusOnPhotographs(page);
    });
  });
  by('earlier-delete').addEventListener('click', () => {
    const unwanted = earlier;
    earlier = [];
    offer();
    focusOnPhotographs(page);
    void attempt(async () => {
      for (const { id } of unwanted) await store.discard(id);
    });
  });

  async function begin() {
    if (!on) return;
    await attempt(async () => {
      try {
        for await (const portion of store.restore()) restored(portion);
      } catch (error) {
        throw asStored(asRefusal(error));
      }
      earlier = await store.abandoned();
      offer();
    });
  }

  /**
   * Where the browser stores nothing, this is said once.
   * @param {Refusal} refusal
   */
  function asStored(refusal) {
    if (refusal.code !== 'browser_stores_nothing') return refusal;
    store.giveUp();
    [box.checked, box.disabled] = [false, true];
    by('store-note').hidden = true;
    return wantStoring(true) ? refusal : new Refusal(refusal.code, NOTHING);
  }

  words();
  void begin();
  return store;
}
