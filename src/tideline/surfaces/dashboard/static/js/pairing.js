// Keeps the page with a code fresh: counts the seconds down, and loads the page again when there is something new on it.

const flow = document.querySelector("[data-pairing]");
const countdown = flow.querySelector("[data-seconds]");

async function look() {
  try {
    const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
    if (answer.headers.get("Tideline-Version") !== flow.dataset.pairing) {
      location.reload();
      return;
    }
  } catch {
    // no connection: the next look may have one
  }
  later();
}

// nobody looks at a hidden page, so it does not look either; it does so at once when it is shown again
function later() {
  setTimeout(() => (document.hidden ? document.addEventListener("visibilitychange", look, { once: true }) : look()), flow.dataset.look * 1000);
}

function count() {
  const whole = Number(countdown.dataset.seconds);
  const end = performance.now() + whole * 1000;
  setInterval(() => {
    const left = Math.max(0, (end - performance.now()) / 1000);
    countdown.querySelector(".num").textContent = String(Math.ceil(left));
    countdown.querySelector(".countdown__left").setAttribute("stroke-dasharray", `${(100 * left) / whole} 100`);
  }, 1000);
}

later();
if (countdown) count();
