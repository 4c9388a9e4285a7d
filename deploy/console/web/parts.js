// Pieces that several views share.

import { h } from "/console/dom.js";
import { amount, day, time } from "/console/format.js";

export function head(title, lead, ...tools) {
  return h("div", { class: "head" }, h("div", {}, h("h1", {}, title), lead && h("p", { class: "soft" }, lead)), tools.length > 0 && h("div", { class: "row" }, tools));
}

export function card(title, note, ...content) {
  return h("section", { class: "card" }, h("div", { class: "card-head" }, h("h2", {}, title), note && h("p", { class: "soft" }, note)), content);
}

export function tile(name, value, note, kind) {
  return h("div", { class: `tile ${kind ?? ""}` }, h("dt", {}, name), h("dd", {}, value), note && h("dd", { class: "soft" }, note));
}

export function chip(kind, text) {
  return h("span", { class: `chip ${kind}` }, text);
}

const kind = (column) => [column.number && "number", column.wide && "wide", column.full && "full"].filter(Boolean).join(" ") || null;

/**
 * A table; columns are { name, cell, number, wide: not on a phone, full: a line of its own there } and rows may be chosen. Where it
 * stacks, a row is several lines on a phone.
 */
export function table(caption, columns, rows, empty, onRow, stacks) {
  if (rows.length === 0) return h("p", { class: "empty" }, empty);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", { class: stacks ? "stacks" : null },
      h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: kind(column) }, column.name)))),
      h("tbody", {}, rows.map((row) => h("tr", onRow ? { class: "chosen", onclick: () => onRow(row) } : {},
        columns.map((column, i) => h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: kind(column) }, column.cell(row))))))));
}

/** Spent, held and where it leads, against a limit. */
export function meter(budget) {
  const of = (value) => (budget.limit > 0 ? (100 * value) / budget.limit : 100);
  const spent = Math.min(100, of(budget.spent));
  const text = `${amount(budget.unit, budget.spent)} spent and ${amount(budget.unit, budget.open)} held of ${amount(budget.unit, budget.limit)}`;
  return h("div", { class: `meter ${outlook(budget).kind}`, role: "img", "aria-label": text },
    h("span", { class: "spent", "width%": spent }),
    h("span", { class: "held", "left%": spent, "width%": Math.min(100 - spent, of(budget.open)) }),
    budget.forecast !== undefined && h("span", { class: "forecast", "left%": Math.min(99.4, of(budget.forecast)) }));
}

/** What is left would hardly pay for one more request. */
export function isUsedUp(budget) {
  return budget.headroom <= budget.limit / 100;
}

/** Whether a budget will last, in few words. */
export function outlook(budget) {
  if (isUsedUp(budget)) return { kind: "bad", text: budget.headroom > 0 || budget.enforcement === "hard" ? "used up" : "past its limit" };
  if (budget.runs_out_at) return { kind: "warn", text: `runs out ${budget.period === "month" || budget.period === "week" ? day(budget.runs_out_at) : time(budget.runs_out_at)}` };
  if (budget.forecast === undefined) return { kind: "good", text: "lasts so far" };
  return { kind: "good", text: "on track" };
}

const LENGTH = { total: 5, month: 4, week: 3, day: 2, hour: 1 };

/** The budget that says most of a team: of the whole team, of money, the longest, the hard one. */
export function mainBudget(budgets) {
  const rank = (budget) => (budget.scope === "team" ? 100 : 0) + (budget.unit === "nano_usd" ? 50 : 0) + LENGTH[budget.period] * 2 + (budget.enforcement === "hard" ? 0 : 1);
  return [...budgets].sort((a, b) => rank(b) - rank(a))[0];
}

/** "day", "month", … as people say it. */
export function span(budget) {
  return { hour: "this hour", day: "today", week: "this week", month: "this month", total: "in all" }[budget.period];
}
