// Holds the one stream of a browser for all its tabs. There is one worker per workspace: its address is its name.

import { Feed } from "./models/feed.js";
import { listen } from "./models/source.js";

const feed = new Feed((after) => listen(self.name, after, { hear: (one) => feed.hear(one), say: (one) => feed.say(one) }));

self.onconnect = ({ ports: [port] }) => {
  const tab = (one) => port.postMessage(one);
  port.onmessage = ({ data }) => (data.bye ? feed.leave(tab) : feed.join(tab, data.after));
};
