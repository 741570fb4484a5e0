// The tabs of a browser among each other: which one speaks for all, and whether anybody looks at a chat.

const PATIENCE = 200;

export class Tabs {
  #channel;
  #speaks = false;
  #asked = new Map();

  // `looksAt(chat)` says whether this tab shows the chat to somebody right now
  constructor(name, looksAt) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => {
      if (data.looked) this.#asked.get(data.looked)?.(true);
      else if (looksAt(data.chat)) this.#channel.postMessage({ looked: data.question });
    };
    // held until the tab is closed; the next one in the queue speaks then
    navigator.locks?.request(name, () => {
      this.#speaks = true;
      return new Promise(() => {});
    });
    this.looksAt = looksAt;
  }

  get speaks() {
    return this.#speaks;
  }

  async isLookedAt(chat) {
    if (this.looksAt(chat)) return true;
    const question = crypto.randomUUID();
    const answer = new Promise((resolve) => {
      this.#asked.set(question, resolve);
      setTimeout(() => resolve(false), PATIENCE);
    });
    this.#channel.postMessage({ chat, question });
    return answer.finally(() => this.#asked.delete(question));
  }
}
