// Entry point of the history page. It keeps the list, the filter and the open record (its id is the address's #hash)
// in step with each other.

import { measurementList } from '../api/about.js';
import { codeOf } from '../api/reach.js';
import { createCompare } from '../history/compare.js';
import { createExport } from '../ui/export.js';
import { announcer, gate } from '../auth/gate.js';
import { askBeforeSigningOut } from '../auth/sign-in.js';
import { createRecord } from '../history/record.js';
import { createRecords } from '../history/records.js';
import { createResult } from '../viewer/result.js';
import { createTrend } from '../history/trend.js';
import { createReport } from '../report/report.js';
import { finder } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';
import { t } from '../ui/language.js';
import { listenForNeighbours } from '../viewer/neighbours.js';
import { createViewer } from '../viewer/viewer.js';

/** @import { SavedPrediction } from 'openapi' */

const EXPORTS = { export: { history: true }, 'export-training': { training: true } };
const by = finder(document);
const { attempt, follow, onSubmit } = createTrouble(by('trouble'));

gate((_, page) => {
  const announce = announcer(page);
  const viewer = createViewer({ page, loadTool });
  const result = createResult({ page, viewer, announce });
  const report = createReport({ page: document, shown: result.shown, vessel: () => viewer.colours().vessel });
  const records = createRecords({ page, attempt, announce });
  const trend = createTrend({ page, follow, compare: createCompare({ page, attempt, follow, announce, vanished }) });
  const record = createRecord({ page, viewer, result, trend, announce, changed: records.change, deleted, vanished });
  const filter = by('filter', HTMLFormElement);
  let begun = false;
  listenForNeighbours(by('list'));

  function filters() {
    /** @type {Record<string, string>} */
    const filled = {};
    for (const [name, value] of new FormData(filter)) {
      if (typeof value === 'string' && value.trim()) filled[name] = value.trim();
    }
    return filled;
  }

  async function load() {
    await records.load(filters());
    records.mark(location.hash.slice(1));
  }

  async function begin() {
    by('placeholder').textContent = t('Loading…');
    try {
      await load();
    } catch (error) {
      const waiting = codeOf(error) === 'unreachable' && !navigator.onLine;
      by('placeholder').classList.toggle('without-connection', waiting); // in place of what every page says
      by('placeholder').textContent = waiting
        ? t('You are offline. The history is stored by the service: it appears here once there is a connection.')
        : t('The history could not be opened.');
      if (waiting) return;
      throw error;
    }
    begun = true;
    by('placeholder').classList.remove('without-connection');
    await route();
    await measurementList();
  }

  async function route() {
    const id = location.hash.slice(1);
    if (id === record.opened() && id) return; // it was gone back to
    if (!(await record.mayLeave())) {
      history.replaceState(null, '', `#${record.opened()}`);
      return;
    }
    records.mark(id);
    if (!id) {
      record.close();
      return;
    }
    await record.open(id);
    by('result').scrollIntoView({ block: 'nearest' });
    by('result-title').focus({ preventScroll: true });
  }

  /**
   * A record was deleted, here or elsewhere.
   * @param {string} id
   */
  async function vanished(id) {
    records.drop(id);
    for (const each of zips) each.reset(); // the service has deleted the exports that contained it
    await record.vanish(id);
  }

  /** @param {SavedPrediction} gone */
  function deleted({ id }) {
    void vanished(id);
    history.replaceState(null, '', location.pathname);
    by('list-title').focus();
  }

  onSubmit(filter, load);
  filter.addEventListener('reset', () => setTimeout(() => void attempt(load))); // after the fields are cleared
  addEventListener('hashchange', () => void attempt(route));
  addEventListener('beforeunload', (event) => record.isUncertain() && event.preventDefault());
  askBeforeSigningOut(record.mayLeave);
  const zips = Object.entries(EXPORTS).map(([id, body]) => createExport({ button: by(id, HTMLButtonElement), place: by(`${id}-status`), body: () => body }));
  void attempt(begin);
  addEventListener('online', () => !begun && void attempt(begin));
  return () => {
    report.close();
    record.close();
  };
});

/** The correction, with the button that saves it: where one could not be loaded, the other is of no use. */
async function loadTool() {
  const [tool] = await Promise.all([import('../correction/correct-tool.js'), import('../history/saving-correction.js')]);
  return tool;
}
