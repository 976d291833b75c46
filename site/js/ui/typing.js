// Whether an event's target is a text field, so that keys are text and not shortcuts of the page.

const TEXT = 'textarea, select, input:not([type=file], [type=radio], [type=range], [type=checkbox])';

/** @param {EventTarget | null} target */
export function isTyping(target) {
  return target instanceof Element && target.matches(TEXT);
}
