// Whether keys are text in an element, and no commands of the page. Enters: an event's target; leaves: a boolean.

const TEXT = 'textarea, select, input:not([type=file], [type=radio], [type=range], [type=checkbox])';

/** @param {EventTarget | null} target */
export function isTyping(target) {
  return target instanceof Element && target.matches(TEXT);
}
