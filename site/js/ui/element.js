// Creates and finds elements. Data is only ever inserted as text, never parsed as markup.

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Record<string, string | number>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {(Node | string)[]} content
 */
export function element(tag, attributes = {}, ...content) {
  return filled(document.createElement(tag), attributes, content);
}

/**
 * Like `element`, for SVG.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {(Node | string)[]} content
 */
export function drawn(tag, attributes = {}, ...content) {
  return filled(document.createElementNS(SVG, tag), attributes, content);
}

/**
 * Returns a function that finds elements by id. It throws an Error if there is none or its class is not `kind`.
 * @param {ParentNode} page
 */
export function finder(page) {
  /**
   * @template {HTMLElement} [Kind=HTMLElement]
   * @param {string} id
   * @param {new () => Kind} [kind]
   */
  return (id, kind) => the(page, `#${id}`, kind);
}

/**
 * The first element in `place` that matches a CSS selector. Throws an Error if there is none or it is not a `kind`.
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {ParentNode} place
 * @param {string} selector
 * @param {new () => Kind} [kind]
 */
export function the(place, selector, kind) {
  const found = place.querySelector(selector);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`There is no ${(kind ?? HTMLElement).name} ${selector}.`);
  return /** @type {Kind} */ (found);
}

/**
 * Marks a button or link as the one among several that is shown, or unmarks it.
 * @param {Element} control
 * @param {boolean} current
 */
export function markCurrent(control, current) {
  if (current) control.setAttribute('aria-current', 'true');
  else control.removeAttribute('aria-current');
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {Attributes} attributes
 * @param {(Node | string)[]} content
 */
function filled(made, attributes, content) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...content);
  return made;
}
