// The place for saving a correction, with what is there loaded once the vessels of a record have been corrected.

import { isUnsaved } from '../correction/as-stored.js';
import { element, finder } from '../ui/element.js';
import { t } from '../ui/language.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Viewer } from '../viewer/viewer.js' */

const NOT_LOADED = t('The button that saves the correction could not be loaded. Check that you are online, then make another stroke.');

/**
 * `opened()` is what is open; `saved(record, result)` and `loaded(record)` show the record as it is stored now, `discarded()` as it was;
 * `vanished(record)` is called if it was deleted elsewhere.
 * @param {{
 *   page: ParentNode, viewer: Viewer, opened: () => { record: SavedPrediction, result: Result } | null,
 *   saved: (record: SavedPrediction, result: Result) => Promise<void>, loaded: (record: SavedPrediction) => Promise<void>, discarded: () => Promise<void>, vanished: (record: SavedPrediction) => void,
 * }} parts
 */
export function createSavingWhenNeeded({ page, viewer, opened, ...parts }) {
  const place = element('div', { class: 'correction-saving', id: 'correction-saving', role: 'group', 'aria-label': t('Saving the correction'), hidden: '' });
  finder(page)('corrected-model').after(place);
  /** @type {Promise<{ look: () => void }> | null} */
  let loading = null;

  async function look() {
    const open = opened();
    if (!loading && !(open && isUnsaved(open.result))) return;
    loading ??= import('./saving-correction.js').then(({ createSavingCorrection }) => createSavingCorrection({ place, viewer, opened, ...parts }));
    try {
      (await loading).look();
    } catch (error) {
      console.warn(error);
      loading = null;
      place.hidden = false;
      place.replaceChildren(element('p', { class: 'warning', role: 'alert' }, NOT_LOADED));
    }
  }

  viewer.whenCorrected(() => void look());
  return { look: () => void look() };
}
