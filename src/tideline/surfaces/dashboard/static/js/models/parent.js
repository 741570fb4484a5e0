// The page around this one, when it is in a frame: hears only its wishes, and speaks only to origins it may be from.

export const START_QR = "TIMELINES_START_QR";
export const START_PHONE_LINKING = "TIMELINES_START_PHONE_LINKING";

export class Parent {
  #view;
  #origins;
  #heardFrom = null;

  // `origins` are those that the partner of this workspace has named; without any, there is nobody to talk with
  constructor(view, origins) {
    this.#view = view;
    this.#origins = view.parent === view ? [] : origins;
  }

  listen(wishes) {
    this.#view.addEventListener("message", (event) => {
      if (event.source !== this.#view.parent || !this.#origins.includes(event.origin)) return;
      const wish = wishes[event.data?.type];
      if (!wish) return;
      this.#heardFrom = event.origin;
      wish(event.data);
    });
  }

  tell(message) {
    for (const origin of this.#addressees()) this.#view.parent.postMessage(message, origin);
  }

  // whoever spoke, else whoever the browser says is around, else (browsers that do not say) all it may be: a message to
  // an origin is given to no other
  #addressees() {
    if (this.#heardFrom) return [this.#heardFrom];
    const around = this.#view.location.ancestorOrigins?.[0];
    return around ? this.#origins.filter((origin) => origin === around) : this.#origins;
  }
}
