// Work that would be lost if somebody signed out in another tab. As long as there is some, its tab holds a lock. Other tabs look for such
// locks instead of asking: a tab in the background may answer late or not at all, but its locks are always known, also those it waits for.

const LOCK = 'retina.unsaved.';

/** @param {LockManager | undefined} [locks] undefined where the browser has none, which is where nobody can sign in either */
export function createUnsaved(locks = navigator.locks) {
  const own = LOCK + Math.random().toString(36).slice(2);
  /** @type {(() => void) | null} */
  let end = null;

  /** @param {boolean} unsaved whether this tab has such work now */
  function note(unsaved) {
    if (unsaved === Boolean(end)) return;
    end?.();
    end = null;
    if (!unsaved) return;
    const until = new Promise((/** @type {(value?: undefined) => void} */ resolve) => (end = resolve));
    void locks?.request(own, { mode: 'shared' }, () => until); // shared: the one before may not have ended yet
  }

  async function isElsewhere() {
    const { held = [], pending = [] } = (await locks?.query()) ?? {};
    return [...held, ...pending].some(({ name }) => name?.startsWith(LOCK) && name !== own);
  }

  return { note, isElsewhere };
}

const unsaved = createUnsaved();
export const noteUnsaved = unsaved.note;
export const isUnsavedElsewhere = unsaved.isElsewhere;
