// How the page talks to the server: JSON in, JSON or a fragment out, problems as errors.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? String(status));
    this.status = status;
    this.code = (body.type ?? "").split(":").pop();
  }
}

let token = "";

export function useToken(csrf) {
  token = csrf;
}

export function get(address) {
  return ask(address, { method: "GET" });
}

export function post(address, body = {}) {
  return ask(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
    body: JSON.stringify(body),
  });
}

async function ask(address, options) {
  const headers = { ...options.headers, Accept: "application/json" };
  const answer = await fetch(address, { ...options, headers, credentials: "same-origin" });
  if (answer.status === 204) return null;
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const content = isJson ? await answer.json() : await answer.text();
  if (!answer.ok) throw new Problem(answer.status, isJson ? content : {});
  return content;
}

export function postForm(address, values) {
  const body = new URLSearchParams({ ...values, csrf: token });
  return ask(address, { method: "POST", body });
}

// A leaving page cannot wait for an answer, so the browser sends this one by itself.
export function postWhileLeaving(address, values) {
  const form = new URLSearchParams({ ...values, csrf: token });
  navigator.sendBeacon(address, form);
}
