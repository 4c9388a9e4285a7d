// The meter's API. Reading needs nothing, writing the token, which lives as long as this tab.

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
  return (await ask(`/api/v1/${path}${query.size ? `?${query}` : ""}`, {})).json();
}

/** Replaces a document that was read with its tag; the answer has the new one. */
export async function put(path, document, etag) {
  const headers = { "content-type": "application/json", ...authorization() };
  if (etag) headers["if-match"] = etag;
  return (await ask(`/api/v1/${path}`, { method: "PUT", headers, body: JSON.stringify(document, null, 1) })).json();
}

export async function whoIs(secret) {
  return (await (await ask("/api/v1/token", { headers: { authorization: `Bearer ${secret}` } })).json()).name;
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
