// How amounts and times stand on the page.

const NANO = 1e9;

/** Nano-dollars as dollars, with as many places as small amounts need. */
export function usd(nano) {
  if (nano === null || nano === undefined) return "–";
  const dollars = nano / NANO;
  const size = Math.abs(dollars);
  const places = size === 0 || size >= 10000 ? 0 : size >= 1 ? 2 : size >= 0.1 ? 3 : size >= 0.001 ? 4 : 6;
  return dollars.toLocaleString("en-US", { style: "currency", currency: "USD", minimumFractionDigits: Math.min(2, places), maximumFractionDigits: places });
}

export function count(number) {
  if (number === null || number === undefined) return "–";
  return Math.round(number).toLocaleString("en-US");
}

/** A large number in few places: 12.4k, 3.1M. */
export function short(number) {
  return Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(number);
}

export function amount(unit, value) {
  return unit === "nano_usd" ? usd(value) : `${short(value)} ${unit}`;
}

export function percent(share, places = 0) {
  return share === null || share === undefined || !isFinite(share) ? "–" : `${(100 * share).toFixed(places)} %`;
}

/** The time of an instant, here or in a zone, with the day where that is not today. */
export function time(millis, seconds = false, timeZone = undefined) {
  const date = day(millis, timeZone);
  return date === day(Date.now(), timeZone) ? clock(millis, seconds, timeZone) : `${date}, ${clock(millis, seconds, timeZone)}`;
}

export function clock(millis, seconds = false, timeZone = undefined) {
  return new Date(millis).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, timeZone });
}

export function day(millis, timeZone = undefined) {
  return new Date(millis).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone });
}

export function ago(millis) {
  const seconds = Math.max(0, (Date.now() - millis) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** The model without its provider, where the room is small. */
export function model(id) {
  return id ? id.slice(id.indexOf("/") + 1) : "not stated";
}
