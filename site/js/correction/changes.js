// What can be undone and done again. It holds only what has changed, and forgets the oldest beyond a limit. Pure.

/** Numbers that are remembered at most: 16 MB. */
const MOST = 4_000_000;

/** @typedef {{ readonly length: number }} Sized */
/** @typedef {ReturnType<typeof createChanges<ArrayLike<number>>>} Changes of a mask */

/**
 * Changes are in the order in which they were made.
 * @template {Sized} Change
 * @param {number} [most] the sum of their lengths
 */
export function createChanges(most = MOST) {
  /** @type {Change[]} */
  const done = [];
  /** @type {Change[]} */
  const undone = [];
  const sum = (/** @type {Change[]} */ changes) => changes.reduce((total, { length }) => total + length, 0);

  return {
    /**
     * Remembers a change; what was undone before cannot be done again any more.
     * @param {Change} change
     */
    add(change) {
      undone.length = 0;
      done.push(change);
      while (done.length > 1 && sum(done) > most) done.shift();
    },
    /** The change to take back, or null. */
    undo() {
      const change = done.pop() ?? null;
      if (change) undone.push(change);
      return change;
    },
    /** The change to make again, or null. */
    redo() {
      const change = undone.pop() ?? null;
      if (change) done.push(change);
      return change;
    },
    canUndo: () => done.length > 0,
    canRedo: () => undone.length > 0,
  };
}
