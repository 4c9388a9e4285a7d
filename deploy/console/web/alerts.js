import { get } from "/console/api.js";
import { h, show } from "/console/dom.js";
import { ago, time } from "/console/format.js";
import { chip, head } from "/console/parts.js";

/** Every alert, newest first: one per cause. */
export function alerts(main) {
  const feed = h("div", {});
  const more = h("div", { class: "row" });
  let shown = 50;
  main.append(head("Alerts", "A threshold is told once per budget window; what the books need looked at, once per cause."), feed, more);

  async function read() {
    const { alerts: all, next } = await get("alerts", { limit: shown });
    show(feed, all.length === 0
      ? h("p", { class: "empty" }, "No alert yet. Budgets raise them at the percentages in alert_at.")
      : h("ol", { class: "feed" }, all.map((alert) => h("li", { class: severity(alert) },
        h("div", { class: "row spread" }, h("b", {}, alert.message), h("time", { datetime: new Date(alert.raised_at).toISOString(), title: time(alert.raised_at, true) }, ago(alert.raised_at))),
        h("div", { class: "row" }, chip(severity(alert), alert.threshold === null ? alert.kind : `past ${alert.threshold} %`), chip("plain", alert.team), alert.budget && chip("plain", alert.budget), alert.period && h("span", { class: "soft" }, `${alert.enforcement} budget of the ${alert.period}`))))));
    show(more, next && h("button", { type: "button", class: "ghost", onclick: () => { shown += 100; read(); } }, "Show earlier ones"));
  }
  return { read };
}

function severity(alert) {
  if (alert.threshold === null) return "bad";
  return alert.threshold >= 100 ? "bad" : alert.threshold >= 80 ? "warn" : "plain";
}
