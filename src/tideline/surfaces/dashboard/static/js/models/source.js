// Listens to the stream of one workspace, and begins anew when it falls silent: after sleep, or when a network is gone.

const SILENT = 65_000; // the server says something at least every 25 seconds
const AGAIN = 5_000;
const LOOK = 10_000;

// `hear` gets what has a number, `say` what is of the moment; gives what ends it
export function listen(address, after, { hear, say }) {
  let last = after;
  let heard = Date.now();
  let source = null;
  let isOver = false;

  function open() {
    source = new EventSource(`${address}&after=${last}`);
    heard = Date.now();
    source.onopen = () => say({ type: "connected" });
    source.onerror = () => {
      say({ type: "disconnected" });
      if (source.readyState === EventSource.CLOSED) refused();
    };
    source.addEventListener("beat", () => (heard = Date.now()));
    for (const type of ["news", "reload"]) source.addEventListener(type, take);
    source.addEventListener("presence", ({ data }) => {
      heard = Date.now();
      say({ type: "presence", ...JSON.parse(data) });
    });
  }

  function take({ type, data, lastEventId }) {
    heard = Date.now();
    last = Number(lastEventId);
    hear({ type, ...JSON.parse(data), seq: last });
  }

  // the browser has given up: because the session is over, or because the server had a bad moment
  async function refused() {
    const answer = await fetch(`${address}&after=${last}`, { method: "HEAD" }).catch(() => null);
    if (isOver) return;
    if (answer?.status === 403) say({ type: "ended" });
    else setTimeout(again, AGAIN);
  }

  function again() {
    source.close();
    if (!isOver) open();
  }

  const looking = setInterval(() => Date.now() - heard > SILENT && again(), LOOK);
  open();
  return () => {
    isOver = true;
    clearInterval(looking);
    source.close();
  };
}
