// Asks the server for a part of a page. It is parsed by the browser while it comes in, so no text becomes markup here.

export class Refused extends Error {
  // `status` is 0 when there was no answer; `page` is what came with it, such as a form with its errors
  constructor(status, sentence, page = null) {
    super(sentence);
    this.status = status;
    this.page = page;
  }
}

export const csrf = () => document.querySelector("input[name=csrf]").value;

// Gives a document, or null where there is nothing to show. `progress` hears how much of a body has left, from 0 to 1.
export function ask(method, address, { body = null, headers = {}, progress = null } = {}) {
  const { promise, resolve, reject } = withResolvers();
  const request = new XMLHttpRequest();
  request.open(method, address);
  request.responseType = "document";
  request.overrideMimeType("text/html"); // an answer without a body would be read as XML, and complained about
  request.setRequestHeader("x-fragment", "1");
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  if (progress) {
    request.upload.onprogress = ({ loaded, total }) => progress(total ? Math.min(loaded / total, 0.99) : 0);
    request.upload.onload = () => progress(1);
  }
  request.onerror = request.onabort = () => reject(new Refused(0, ""));
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) resolve(request.response);
    else reject(new Refused(request.status, decodeURIComponent(request.getResponseHeader("X-Problem") ?? ""), request.response));
  };
  request.send(body);
  return promise;
}

export const send = (address, fields) => ask("POST", address, { body: new URLSearchParams({ ...fields, csrf: csrf() }) });

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
