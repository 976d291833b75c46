// Whether keys are text in an element, and no commands of the page. Enters: an event's target; leaves: a boolean.

export function isTyping(target) {
  return Boolean(target.matches?.('textarea, select, input:not([type=file], [type=radio], [type=range], [type=checkbox])'));
}
