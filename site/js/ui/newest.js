// Of questions of one kind the newest counts, whichever is answered first.

/** Returns a function that resolves to the answer of a question, or to null, whatever became of it, once a newer one was asked. */
export function createNewest() {
  let last = 0;
  /**
   * @template T
   * @param {Promise<T>} question
   */
  return async (question) => {
    const number = (last += 1);
    try {
      const answer = await question;
      return number === last ? answer : null;
    } catch (error) {
      if (number !== last) return null;
      throw error;
    }
  };
}
