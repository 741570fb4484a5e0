// Files that wait to be sent with the next message: chosen, dropped or pasted, each with a small picture where it is one.

const THUMB = 80;

export class Attachments {
  #tray;
  #remove;
  #refuse;
  #files = [];

  // `refuse` says of a file why it cannot be sent, or nothing
  constructor(tray, remove, refuse) {
    this.#tray = tray;
    this.#remove = remove;
    this.#refuse = refuse;
  }

  get isEmpty() {
    return !this.#files.length;
  }

  add(files) {
    for (const file of files) {
      if (this.#refuse(file)) continue;
      this.#files.push(file);
      this.#tray.append(this.#item(file));
    }
    this.#tray.hidden = this.isEmpty;
  }

  // All of them, for whoever sends them now.
  take() {
    const taken = this.#files;
    this.#files = [];
    this.#tray.replaceChildren();
    this.#tray.hidden = true;
    return taken;
  }

  #item(file) {
    const item = document.createElement("li");
    item.className = "tray__item";
    const thumb = document.createElement("span");
    thumb.className = "tray__thumb";
    const name = document.createElement("span");
    name.className = "grow clip";
    name.dir = "auto";
    name.textContent = file.name;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-button icon-button--sm";
    button.textContent = "×";
    button.setAttribute("aria-label", `${this.#remove} ${file.name}`);
    button.addEventListener("click", () => {
      this.#files = this.#files.filter((one) => one !== file);
      item.remove();
      this.#tray.hidden = this.isEmpty;
    });
    item.append(thumb, name, button);
    if (file.type.startsWith("image/")) this.#draw(file, thumb);
    return item;
  }

  // drawn rather than linked: the page's policy knows no addresses of the browser's own
  async #draw(file, place) {
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) return;
    const canvas = document.createElement("canvas");
    const scale = THUMB / Math.max(picture.width, picture.height);
    canvas.width = Math.max(1, picture.width * scale);
    canvas.height = Math.max(1, picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    place.replaceChildren(canvas);
  }
}
