// Remembers what was found out about something that never changes, for as long as it is held: a graph's channels are
// asked for by everything that plans, predicts or cuts it.

export function remembered<Key extends object, Found>(find: (key: Key) => Found): (key: Key) => Found {
  const known = new WeakMap<Key, { readonly found: Found }>();
  return (key) => {
    let entry = known.get(key);
    if (entry === undefined) {
      entry = { found: find(key) };
      known.set(key, entry);
    }
    return entry.found;
  };
}
