// New elements. Enters: a tag, its attributes and what is in it; leaves: the element. Text stays text: nothing here reads
// data as markup.

const SVG = 'http://www.w3.org/2000/svg';

export function element(tag, attributes = {}, ...content) {
  return filled(document.createElement(tag), attributes, content);
}

export function drawn(tag, attributes = {}, ...content) {
  return filled(document.createElementNS(SVG, tag), attributes, content);
}

function filled(made, attributes, content) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}
