// The list of photographs. Enters: photographs `{name, state, sentence, code, result}` as they change; leaves: their
// list items, and calls of `show`, `again`, `anyway` and `remove`. Decides nothing about a photograph.

const NEVER_BETTER = new Set([
  'photograph_too_large', 'photograph_too_many_pixels', 'photograph_too_small', 'unsupported_media_type',
  'photograph_unreadable', 'not_a_fundus_photograph',
]);

export function createList({ list, template, show, again, anyway, remove }) {
  const items = new Map();

  function add(photo) {
    const item = template.content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`.item-${name}`);
    part('name').textContent = photo.name;
    part('show').addEventListener('click', () => show(photo));
    part('again').addEventListener('click', () => again(photo));
    part('anyway').addEventListener('click', () => anyway(photo));
    part('remove').addEventListener('click', () => remove(photo));
    part('remove').setAttribute('aria-label', `Remove ${photo.name}`);
    part('again').setAttribute('aria-label', `Try ${photo.name} again`);
    part('anyway').setAttribute('aria-label', `Segment it anyway: ${photo.name}`);
    items.set(photo, { item, part });
    change(photo);
    list.append(item);
  }

  function change(photo) {
    const { item, part } = items.get(photo);
    const refused = photo.state === 'refused';
    const focused = part('trouble').contains(document.activeElement);
    item.dataset.state = photo.state;
    part('state').textContent = words(photo);
    part('show').disabled = photo.state !== 'done';
    part('trouble').hidden = !refused;
    part('sentence').textContent = refused ? photo.sentence : '';
    part('anyway').hidden = photo.code !== 'not_a_fundus_photograph';
    part('again').hidden = NEVER_BETTER.has(photo.code);
    part('thumbnail').hidden = !photo.result;
    part('mark').hidden = Boolean(photo.result);
    if (photo.result) part('thumbnail').src = photo.result.urls.original;
    if (focused && !refused) part('remove').focus();
  }

  /** The focus, if it was in the item, goes to its neighbour's remove button; answers whether it found a place. */
  function drop(photo) {
    const { item } = items.get(photo);
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    const focused = item.contains(document.activeElement);
    item.remove();
    items.delete(photo);
    if (focused) neighbour?.querySelector('.item-remove').focus();
    return !focused || Boolean(neighbour);
  }

  function mark(shown) {
    for (const [photo, { part }] of items) {
      if (photo === shown) part('show').setAttribute('aria-current', 'true');
      else part('show').removeAttribute('aria-current');
    }
  }

  return { add, change, drop, mark };
}

function words(photo) {
  if (photo.state === 'waiting') return 'Waiting';
  if (photo.state === 'segmenting') return photo.sentence || 'Segmenting…';
  if (photo.state === 'refused') return 'Not segmented';
  const { field_of_view: view, fundus_like: like } = photo.result.answer.quality;
  const done = photo.saved ? 'Done, saved' : 'Done';
  return view === 'whole' || !like ? `${done}, look closely` : done;
}
