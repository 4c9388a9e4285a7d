import { get } from "/console/api.js";
import { chart, color } from "/console/chart.js";
import { h, show } from "/console/dom.js";
import { count, day, model, percent, short, usd } from "/console/format.js";
import { card, chip, head, table } from "/console/parts.js";

const WEEK = 7 * 24 * 3600000;

/** What each model costs and achieves, and how much of the work it gets. */
export function models(main) {
  const ranking = h("div", {});
  const shares = h("div", {});
  const shareBox = h("div", { class: "chart" });
  const shareText = h("p", { class: "unseen" });
  const shareChart = chart(shareBox);

  main.append(
    head("Models", "Ranked by what a completed task costs: one attempt divided by the share of attempts that succeed."),
    card("Ranking", "What was never tried ranks last. Success is what evaluators reported; where none did, the catalog's score stands.", ranking),
    h("div", { class: "two" },
      card("Share of spend", "The last seven days, all teams.", shares),
      card("Tokens by day", "By model.", shareBox, shareText)));

  async function read() {
    const from = new Date(Date.now() - WEEK).toISOString();
    const [{ models: all }, { spend }] = await Promise.all([get("models"), get("spend", { by: "model", window: "1d", from, limit: 10000 })]);
    const rows = all.flatMap((each) => (each.performance.length === 0 ? [{ each, task: null }] : each.performance.map((task) => ({ each, task }))));
    const rank = ({ task }) => (task === null ? [3, 0] : task.nano_usd_per_completed_task === null ? [2, task.nano_usd_per_attempt] : [1, task.nano_usd_per_completed_task]);
    rows.sort((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1]);
    show(ranking, table("Models by cost per completed task", [
      { name: "Model", cell: ({ each }) => [h("span", { class: "swatch", color: color(each.model) }), each.model, each.aliases.length > 0 && [" ", chip("plain", each.aliases.join(", "))], each.status !== "active" && [" ", chip("bad", each.status)]] },
      { name: "Task type", cell: ({ task }) => task?.task_type ?? h("span", { class: "soft" }, "not used yet") },
      { name: "Per completed task", number: true, cell: ({ task }) => usd(task?.nano_usd_per_completed_task) },
      { name: "Per attempt", number: true, cell: ({ task }) => usd(task?.nano_usd_per_attempt) },
      { name: "Success", number: true, cell: ({ each, task }) => (task?.success !== null && task?.success !== undefined ? percent(task.success) : h("span", { class: "soft" }, scored(each, task?.task_type))) },
      { name: "Attempts", number: true, cell: ({ task }) => (task ? count(task.attempts) : "–") },
      { name: "Errors", number: true, cell: ({ task }) => (task ? percent(task.errors / Math.max(1e-9, task.attempts), 1) : "–") },
      { name: "Latency", number: true, cell: ({ task }) => (task?.latency_ms ? `${(task.latency_ms / 1000).toFixed(1)} s` : "–") },
      { name: "In / out per million", number: true, cell: ({ each }) => (each.input_nano_usd_per_million === undefined ? chip("bad", "no price") : `${usd(each.input_nano_usd_per_million)} / ${usd(each.output_nano_usd_per_million)}`) },
    ], rows, "The catalog is empty. Apply a ModelOffer."));
    const sums = new Map();
    for (const line of spend) {
      const sum = sums.get(line.value) ?? { value: line.value, nano_usd: 0, tokens: 0, requests: 0 };
      for (const field of ["nano_usd", "tokens", "requests"]) sum[field] += line[field];
      sums.set(line.value, sum);
    }
    const lines = [...sums.values()].sort((a, b) => b.nano_usd - a.nano_usd);
    const whole = { nano_usd: 0, tokens: 0, requests: 0 };
    lines.forEach((line) => Object.keys(whole).forEach((field) => { whole[field] += line[field]; }));
    show(shares, table("Share of each model", [
      { name: "Model", cell: (line) => [h("span", { class: "swatch", color: color(line.value) }), model(line.value)] },
      { name: "Of spend", number: true, cell: (line) => h("span", { class: "share", color: color(line.value) }, h("span", { class: "bar-fill", "width%": (100 * line.nano_usd) / Math.max(1, whole.nano_usd) }), h("span", {}, percent(line.nano_usd / Math.max(1, whole.nano_usd), 1))) },
      { name: "Spent", number: true, cell: (line) => usd(line.nano_usd) },
      { name: "Of requests", number: true, cell: (line) => percent(line.requests / Math.max(1, whole.requests), 1) },
      { name: "Tokens", number: true, cell: (line) => short(line.tokens) },
    ], lines, "Nothing was used in the last seven days."));
    days(spend, lines);
  }

  function days(spend, lines) {
    const start = (line) => new Date(line.window_start).toISOString().slice(0, 10);
    const labels = [...new Set(spend.map(start))].sort();
    shareText.textContent = lines.map((line) => `${model(line.value)} ${short(line.tokens)} tokens`).join(", ");
    shareChart.update(() => ({
      type: "bar",
      label: shareText.textContent || "Nothing was used.",
      data: {
        labels: labels.map((label) => day(Date.parse(label))),
        datasets: lines.map((line) => ({
          label: model(line.value),
          data: labels.map((label) => spend.filter((each) => each.value === line.value && start(each) === label).reduce((sum, each) => sum + each.tokens, 0)),
          backgroundColor: color(line.value), borderRadius: 3, maxBarThickness: 64,
        })),
      },
      extra: { stacked: true, y: { ticks: { callback: (value) => short(value) } }, filter: (item) => item.raw > 0, tooltip: { label: (item) => `${item.dataset.label}: ${short(item.raw)} tokens` } },
    }));
  }

  return { read, close: () => shareChart.destroy() };
}

function scored(each, task) {
  const score = each.quality[task] ?? each.quality["*"];
  return score === undefined ? "–" : `${percent(score)} by catalog`;
}
