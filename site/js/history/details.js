// What a person says of a photograph: subject label, eye, day, note. Enters: a form or a record; leaves: the fields filled
// in, and read as the API wants them. Checks nothing that the browser or the API checks.

const FIELDS = ['subject', 'eye', 'taken_on', 'note'];

/** Null where nothing was written. */
export function detailsOf(form) {
  return Object.fromEntries(FIELDS.map((field) => [field, form.elements[field].value.trim() || null]));
}

export function fill(form, details) {
  for (const field of FIELDS) form.elements[field].value = details[field] ?? '';
}

/** “P-0017, left eye”. The day is told beside it. */
export function titleOf({ subject, eye }) {
  return `${subject ?? 'No subject label'}, ${eye === 'unknown' ? 'eye not known' : `${eye} eye`}`;
}
