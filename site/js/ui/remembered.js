// What a user has chosen, kept in this browser for the next visit. Nothing about photographs is kept here.

const PREFIX = 'retina.';

/**
 * What was chosen under `name`, or null: also where the browser stores nothing.
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} choice
 */
export function remember(name, choice) {
  try {
    localStorage.setItem(PREFIX + name, choice);
  } catch {
    // The browser stores nothing, so the choice lasts as long as the page.
  }
}
