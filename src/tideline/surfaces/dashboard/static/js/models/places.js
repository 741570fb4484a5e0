// Where a row stands in the list: the newest last message first, then by name; chats without messages come last.
// Rows only have to have `dataset`, so this needs no page.

export function isBefore(one, other) {
  const [at, otherAt] = [one.dataset.at, other.dataset.at];
  if (at !== otherAt) return at !== "" && (otherAt === "" || Number(at) > Number(otherAt));
  return order(one.dataset.key, other.dataset.key) < 0;
}

// as the database sorts: by code points, where JavaScript compares halves of them
function order(one, other) {
  const [points, others] = [[...one], [...other]];
  const at = points.findIndex((point, index) => point !== others[index]);
  if (at < 0) return points.length - others.length;
  return at >= others.length ? 1 : points[at].codePointAt(0) - others[at].codePointAt(0);
}

// The row before which this one belongs: null at the end, undefined when it belongs behind all that are shown of a list
// that goes on.
export function follower(rows, row, goesOn) {
  const found = rows.find((other) => isBefore(row, other));
  if (found) return found;
  return goesOn ? undefined : null;
}
