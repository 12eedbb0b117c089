// Something that this device, or this tab, remembers: `value` is used, `keep()` writes it down. Storage can be switched
// off or full: it then lasts until the page is left.
export function kept(storage, key, otherwise) {
  let value = otherwise;
  try {
    value = { ...otherwise, ...JSON.parse(storage.getItem(key)) };
  } catch {
    // What cannot be read is as if it was not there.
  }
  const keep = () => {
    try {
      storage.setItem(key, JSON.stringify(value));
    } catch {
      // See above.
    }
  };
  return { value, keep };
}
