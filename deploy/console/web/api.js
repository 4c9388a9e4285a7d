// The meter's API. Writing needs the token, and so does reading where the meter says so; it lives as long as this tab.

const KEY = "turnpike-token";

/** What the API refused, in its own words. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

export async function get(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  return (await ask(`/api/v1/${path}${query.size ? `?${query}` : ""}`, { headers: authorization() })).json();
}

/** Server-sent events as { event, data }, until the connection ends; an EventSource could not send the token. */
export async function* events(path) {
  const response = await ask(`/api/v1/${path}`, { headers: { accept: "text/event-stream", ...authorization() } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const field = (name) => block.split("\n").filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim()).join("\n");
      if (field("event")) yield { event: field("event"), data: field("data") };
    }
  }
}

/** Replaces a document that was read with its tag; the answer has the new one. */
export async function put(path, document, etag) {
  const headers = { "content-type": "application/json", ...authorization() };
  if (etag) headers["if-match"] = etag;
  return (await ask(`/api/v1/${path}`, { method: "PUT", headers, body: JSON.stringify(document, null, 1) })).json();
}

/** Whose a token is, and whether it may write. */
export async function whoIs(secret) {
  return (await ask("/api/v1/token", { headers: { authorization: `Bearer ${secret}` } })).json();
}

function authorization() {
  return token.get() ? { authorization: `Bearer ${token.get()}` } : {};
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new Refused(0, "The meter does not answer. Is it running?");
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Refused(response.status, problem.detail ?? `${response.status} ${response.statusText}`);
  }
  return response;
}
