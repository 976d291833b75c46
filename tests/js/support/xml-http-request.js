// Node has no XMLHttpRequest, by which the page sends photographs.

/** What is sent by XMLHttpRequest is answered as what is sent by fetch. */
export class XMLHttpRequest extends EventTarget {
  upload = new EventTarget();
  status = 0;
  responseText = '';
  #address = '';
  open(/** @type {string} */ _, /** @type {string} */ address) {
    this.#address = address;
  }
  async send(/** @type {FormData} */ body) {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded: 1, total: 1 }));
    const answer = await fetch(this.#address, { method: 'POST', body });
    [this.status, this.responseText] = [answer.status, await answer.text()];
    this.dispatchEvent(new Event('load'));
  }
  getResponseHeader() {
    return null;
  }
}
