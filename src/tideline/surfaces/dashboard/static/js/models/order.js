// The order of a conversation: by time, then by id; who begins and who ends a row of one sender; under which day.
// Elements only have to have `dataset` and `id`, so this needs no page.

export const isBefore = (one, other) =>
  one.dataset.at < other.dataset.at || (one.dataset.at === other.dataset.at && one.id < other.id);

// The first of these that stands behind `one`, from the end since news are new; null when none does.
export function follower(messages, one) {
  let found = null;
  for (let at = messages.length - 1; at >= 0 && isBefore(one, messages[at]); at--) found = messages[at];
  return found;
}

// For each message whether it begins and whether it ends what one sender wrote in a row.
export function rows(messages) {
  const isSame = (one, other) => one && other && one.dataset.day === other.dataset.day && one.dataset.sender === other.dataset.sender;
  return messages.map((one, at) => ({
    isFirst: !isSame(messages[at - 1], one),
    isLast: !isSame(one, messages[at + 1]),
  }));
}
