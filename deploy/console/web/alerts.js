import { get } from "/console/api.js";
import { h, show } from "/console/dom.js";
import { ago, time } from "/console/format.js";
import { chip, head } from "/console/parts.js";

/** Every alert, newest first: one per cause. */
export function alerts(main) {
  const feed = h("div", {});
  const more = h("div", { class: "row" });
  let shown = 50;
  main.append(head("Alerts", "One per cause: a limit that is reached or will be, money that runs away, books that need a look."), feed, more);

  async function read() {
    const { alerts: all, next } = await get("alerts", { limit: shown });
    show(feed, all.length === 0
      ? h("p", { class: "empty" }, "No alert yet. Budgets raise them at the percentages in alert_at.")
      : h("ol", { class: "feed" }, all.map((alert) => h("li", { class: severity(alert) },
        h("div", { class: "row spread" }, h("b", {}, alert.message), h("time", { datetime: new Date(alert.raised_at).toISOString(), title: time(alert.raised_at, true) }, ago(alert.raised_at))),
        h("div", { class: "row" }, chip(severity(alert), what(alert)), chip("plain", alert.team || `org ${alert.scope_value}`), alert.budget && chip("plain", alert.budget), alert.budget && alert.period && h("span", { class: "soft" }, `${alert.enforcement} budget of the ${alert.period}`))))));
    show(more, next && h("button", { type: "button", class: "ghost", onclick: () => { shown += 100; read(); } }, "Show earlier ones"));
  }
  return { read };
}

function what(alert) {
  if (alert.threshold !== null) return `past ${alert.threshold} %`;
  if (alert.kind === "forecast") return `out by ${time(alert.runs_out_at)}`;
  return alert.pace ? `${alert.kind} ${alert.pace}×` : alert.kind;
}

function severity(alert) {
  if (alert.kind === "forecast") return "warn";
  if (alert.threshold === null) return "bad";
  return alert.threshold >= 100 ? "bad" : alert.threshold >= 80 ? "warn" : "plain";
}
