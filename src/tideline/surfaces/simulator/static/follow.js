// Follows the world: asks for its state, and again for the next one, which the server answers when there is one.

import { call, Refused } from "./client.js";

const WAIT_SECONDS = 25;
const PAUSE = 250; // between two questions, however fast the world turns
const LONGEST_PAUSE = 10000; // while the server does not answer

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Nobody sees a hidden page. It catches up when it is shown again.
function shown() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

// Ends when the token is not taken (any more).
export async function follow({ show, trouble }) {
  let version = 0;
  let failures = 0;
  for (;;) {
    await shown();
    try {
      const state = await call("GET", `/desk?after=${version}&wait=${WAIT_SECONDS}`);
      failures = 0;
      version = state.version;
      show(state);
      await pause(PAUSE);
    } catch (error) {
      if (error.status === 401) return error.message;
      failures += 1;
      trouble(error instanceof Refused ? `${error.message} Trying again.` : `This page has a fault: ${error.message}`);
      await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** failures));
    }
  }
}
