// Elements, new and found. Enters: a tag, its attributes and what is in it, or an id; leaves: the element. Text stays text:
// nothing here reads data as markup.

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
 * The same for a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {(Node | string)[]} content
 */
export function drawn(tag, attributes = {}, ...content) {
  return filled(document.createElementNS(SVG, tag), attributes, content);
}

/**
 * Finds the elements of a page by id, each of the kind it is used as. An Error where the page has no such element.
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
 * The first element inside `place` that a CSS selector fits, of the kind it is used as. An Error where there is none.
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
 * Marks which of several buttons or links is the one that is shown.
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
