// A dialog with the pictures of one photograph in a batch. It shows the most informative one and offers all for
// download, the vessel graph too. The blob URL is revoked when the dialog closes.

import { askBlob } from '../api/requests.js';
import { download } from '../api/download.js';
import { element } from '../ui/element.js';
import { stem } from '../files/save.js';
import { createTrouble } from '../ui/trouble.js';
import { t } from '../ui/language.js';

/** @import { Attempt } from '../ui/trouble.js' */

/** @type {Record<string, string>} */
const NAMES = {
  overlay: t('Overlay'), artery_vein: t('Arteries and veins'), mask: t('Vessel mask'), probability: t('Probability map'), skeleton: t('Skeleton'),
  disc: t('Optic disc'), graph: t('Vessel graph'),
};

/**
 * @param {string} name
 * @param {Record<string, string>} urls of its pictures, by output name
 */
export async function showPictures(name, urls) {
  const [first] = Object.keys(NAMES).filter((output) => urls[output]);
  const url = URL.createObjectURL(await askBlob(urls[first]));
  const trouble = element('p', { class: 'warning', role: 'alert', hidden: '' });
  const { attempt } = createTrouble(trouble);
  const dialog = element(
    'dialog',
    { class: 'pictures', 'aria-labelledby': 'pictures-title' },
    element('h2', { id: 'pictures-title' }, name),
    ...(formatOf(urls[first]) === 'JSON' ? [] : [element('img', { src: url, alt: t('{picture} of {name}', { picture: NAMES[first], name }) })]),
    trouble,
    element(
      'form',
      { method: 'dialog', class: 'actions' },
      ...Object.keys(NAMES).filter((output) => urls[output]).map((output) => fileButton(output, urls[output], name, attempt)),
      element('button', { class: 'primary', autofocus: '' }, t('Close')),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.remove();
  URL.revokeObjectURL(url);
}

/**
 * @param {string} output
 * @param {string} url
 * @param {string} name of the photograph
 * @param {Attempt} attempt
 */
function fileButton(output, url, name, attempt) {
  const button = element('button', { type: 'button' }, `${NAMES[output]} (${formatOf(url)})`);
  const file = `${stem(name)}-${url.slice(url.lastIndexOf('/') + 1)}`;
  button.addEventListener('click', () => void attempt(() => download(url, file), button));
  return button;
}

/** @param {string} url of a picture */
function formatOf(url) {
  const ending = url.slice(url.lastIndexOf('.') + 1);
  return ending === 'jpg' ? 'JPEG' : ending.toUpperCase();
}
