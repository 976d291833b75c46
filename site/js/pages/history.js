// The history's page, wired. Enters: the filter, and the record that the address names (#id); leaves: the list and the
// opened record in step with them.

import { createCompare } from '../history/compare.js';
import { createExport } from '../ui/export.js';
import { gate } from '../auth/gate.js';
import { createRecord } from '../history/record.js';
import { createRecords } from '../history/records.js';
import { createResult } from '../viewer/result.js';
import { createTrend } from '../history/trend.js';
import { createTrouble } from '../ui/trouble.js';
import { createViewer } from '../viewer/viewer.js';

const by = (id) => document.querySelector(`#${id}`);
const { attempt } = createTrouble(by('trouble'));

gate((_, page) => {
  const viewer = createViewer({ page });
  const result = createResult({ page, viewer, announce });
  const records = createRecords({ page, attempt, announce });
  const trend = createTrend({ page, compare: createCompare({ page, attempt }) });
  const record = createRecord({ page, viewer, result, trend, announce, changed: records.change, deleted });
  const filter = by('filter');

  function filters() {
    return Object.fromEntries([...new FormData(filter)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
  }

  async function load() {
    await records.load(filters());
    records.mark(location.hash.slice(1));
  }

  async function route() {
    const id = location.hash.slice(1);
    records.mark(id);
    if (!id) return record.close();
    await record.open(id);
    by('result').scrollIntoView({ block: 'nearest' });
    return by('result-title').focus({ preventScroll: true });
  }

  function deleted(gone) {
    records.drop(gone);
    zip.reset(); // the service has deleted the file that held it
    history.replaceState(null, '', location.pathname);
    by('list-title').focus();
  }

  filter.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(load, event.submitter);
  });
  filter.addEventListener('reset', () => setTimeout(() => attempt(load))); // once the fields are empty
  addEventListener('hashchange', () => attempt(route));
  const zip = createExport({ button: by('export'), place: by('export-told'), wish: () => ({ history: true }) });
  attempt(async () => {
    await load();
    await route();
  });
});

function announce(words) {
  by('announcement').textContent = words;
}
