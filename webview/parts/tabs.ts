// What keys do on a row of tabs.

/** The tab that a key leads to, round the ends, or undefined for a key that is not the tabs'. */
export function tabKey<Name>(key: string, names: readonly Name[], current: Name): Name | undefined {
  const at = names.indexOf(current);
  const wanted = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[key];
  return wanted === undefined ? undefined : names[(wanted + names.length) % names.length];
}
