import { get } from "/console/api.js";
import { chart, color, theme } from "/console/chart.js";
import { h, show } from "/console/dom.js";
import { amount, count, model, percent, time, usd } from "/console/format.js";
import { card, chip, head, table, tile } from "/console/parts.js";

const KINDS = { routed: "good", downgraded: "warn", rejected: "bad" };
const SHOWN = 40;

/** Which models answer, what that saves, and why each request went where it went. */
export function routing(main) {
  const tiles = h("dl", { class: "tiles" });
  const mixBox = h("div", { class: "chart" });
  const mixText = h("p", { class: "unseen" });
  const savingsBox = h("div", { class: "chart" });
  const savingsText = h("p", { class: "unseen" });
  const stream = h("div", {});
  const tools = h("div", { class: "row" });
  const mixChart = chart(mixBox);
  const savingsChart = chart(savingsBox);
  let team = "";
  let outcome = "";
  let isPaused = false;
  let teams = [];

  main.append(
    head("Routing", "Every request is decided on once, and every decision says why."),
    tiles,
    h("div", { class: "two" },
      card("Mix", "Decisions a minute, by the model that was chosen.", mixBox, mixText),
      card("Savings", "Expected cost a minute, against the strongest model that could have served.", savingsBox, savingsText)),
    h("section", { class: "card" }, h("div", { class: "card-head" }, h("h2", {}, "Decisions"), tools), stream));

  async function read() {
    const [mix, known] = await Promise.all([get("mix"), get("teams")]);
    teams = known.teams.map((each) => each.team).filter((each) => each !== "*");
    const minutes = mix.minutes.slice(-60);
    const dispatched = sum(minutes, (minute) => total(minute.models));
    const rejected = sum(minutes, (minute) => total(minute.rejected));
    const expected = sum(minutes, (minute) => minute.expected_nano_usd);
    const baseline = sum(minutes, (minute) => minute.baseline_nano_usd);
    const whole = minutes.slice(-6, -1);
    show(tiles,
      tile("Decisions a minute", count(whole.length === 0 ? dispatched + rejected : sum(whole, (minute) => total(minute.models) + total(minute.rejected)) / whole.length), "over the last five"),
      tile("Downgraded", percent(sum(minutes, (minute) => minute.downgraded) / Math.max(1, dispatched), 1), "by budget pressure, of those dispatched"),
      tile("Rejected", percent(rejected / Math.max(1, rejected + dispatched), 1), `${count(rejected)} of ${count(rejected + dispatched)}`, rejected > 0 ? "bad" : null),
      tile("Saved", usd(baseline - expected), `${percent((baseline - expected) / Math.max(1, baseline))} of ${usd(baseline)}, expected`, "good"));
    draw(minutes);
    show(tools,
      pick("Team", "stream-team", ["", ...teams], team, "every team", (value) => { team = value; }),
      pick("Outcome", "stream-outcome", ["", "routed", "downgraded", "rejected"], outcome, "every outcome", (value) => { outcome = value; }),
      h("button", { type: "button", class: "ghost", id: "pause", "aria-pressed": String(isPaused), onclick: () => { isPaused = !isPaused; read(); } }, isPaused ? "Go on" : "Pause"));
    if (!isPaused) await list();
  }

  function pick(name, id, values, chosen, all, then) {
    return h("label", { class: "pick" }, h("span", { class: "unseen" }, name),
      h("select", { id, onchange: (event) => { then(event.target.value); list(); } }, values.map((value) => h("option", { value, selected: value === chosen }, value === "" ? all : value))));
  }

  async function list() {
    const { decisions } = await get("decisions", { team, outcome, limit: SHOWN });
    show(stream, table("Decisions, newest first", [
      { name: "Request", cell: (each) => h("button", { type: "button", class: "link", onclick: (event) => { event.stopPropagation(); explain(each); } }, each.request_id) },
      { name: "At", cell: (each) => time(each.at, true) },
      { name: "Team", cell: (each) => each.team },
      { name: "Outcome", cell: (each) => chip(KINDS[each.outcome] ?? "plain", each.code ?? each.outcome) },
      { name: "Asked", cell: (each) => model(each.requested_model) },
      { name: "Chosen", cell: (each) => (each.model ? [h("span", { class: "swatch", color: color(each.model) }), model(each.model)] : "–") },
      { name: "Expected", number: true, cell: (each) => usd(each.expected_nano_usd) },
      { name: "Saves", number: true, cell: (each) => (each.baseline_nano_usd && each.expected_nano_usd !== null ? percent((each.baseline_nano_usd - each.expected_nano_usd) / each.baseline_nano_usd) : "–") },
    ], decisions, "No decision matches yet.", explain));
  }

  function draw(minutes) {
    const names = [...new Set(minutes.flatMap((minute) => Object.keys(minute.models)))].sort();
    const labels = minutes.map((minute) => time(minute.start));
    const share = names.map((name) => [name, sum(minutes, (minute) => minute.models[name] ?? 0)]).sort((a, b) => b[1] - a[1]);
    mixText.textContent = minutes.length === 0 ? "Nothing was decided yet." : `In the last ${minutes.length} minutes: ${share.map(([name, times]) => `${model(name)} ${times}`).join(", ")}.`;
    mixChart.update(() => ({
      type: "bar",
      label: mixText.textContent,
      data: {
        labels,
        datasets: [
          ...names.map((name) => ({ label: model(name), data: minutes.map((minute) => minute.models[name] ?? 0), backgroundColor: color(name) })),
          { label: "rejected", data: minutes.map((minute) => total(minute.rejected)), backgroundColor: theme("--bad-fill") },
        ].map((set) => ({ ...set, borderRadius: 2, barPercentage: 1, categoryPercentage: 0.92, maxBarThickness: 48 })),
      },
      extra: { stacked: true, filter: (item) => item.raw > 0 },
    }));
    savingsText.textContent = `Expected ${usd(sum(minutes, (minute) => minute.expected_nano_usd))}, at the strongest model ${usd(sum(minutes, (minute) => minute.baseline_nano_usd))}.`;
    savingsChart.update(() => ({
      type: "line",
      label: savingsText.textContent,
      data: {
        labels,
        datasets: [
          { label: "at the strongest model", data: minutes.map((minute) => minute.baseline_nano_usd / 1e9), borderColor: theme("--soft"), backgroundColor: theme("--saved"), borderWidth: 1.5, borderDash: [4, 4], fill: "+1" },
          { label: "as routed", data: minutes.map((minute) => minute.expected_nano_usd / 1e9), borderColor: theme("--accent"), backgroundColor: theme("--accent"), borderWidth: 2 },
        ].map((set) => ({ ...set, pointRadius: minutes.length < 3 ? 3 : 0, tension: 0.25 })),
      },
      extra: { lines: true, y: { ticks: { callback: (value) => usd(value * 1e9) } }, tooltip: { label: (item) => `${item.dataset.label}: ${usd(item.raw * 1e9)}` } },
    }));
  }

  return { read, close: () => { mixChart.destroy(); savingsChart.destroy(); } };
}

const sum = (list, of) => list.reduce((all, each) => all + of(each), 0);
const total = (counts) => Object.values(counts).reduce((all, each) => all + each, 0);

/** A drawer that says of one decision what was asked, what came of it, and why. */
async function explain(summary) {
  const body = h("div", { class: "drawer-body" }, h("p", { class: "soft" }, "reading …"));
  const dialog = h("dialog", { class: "drawer", "aria-labelledby": "drawer-title" },
    h("div", { class: "row spread" }, h("h2", { id: "drawer-title" }, summary.request_id),
      h("button", { type: "button", class: "ghost", "aria-label": "Close", onclick: () => dialog.close() }, "✕")),
    body);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  try {
    const { decisions } = await get(`decisions/${encodeURIComponent(summary.request_id)}`, { team: summary.team });
    show(body, decisions.map(explanation));
  } catch (problem) {
    show(body, h("p", { class: "problem", role: "alert" }, problem.message));
  }
}

function explanation(decision) {
  const chosen = decision.model ? `${decision.provider}/${decision.model}` : null;
  const id = (candidate) => `${candidate.provider}/${candidate.model}`;
  const candidates = decision.candidates ?? [];
  const next = candidates.find((candidate) => candidate.excluded === null && id(candidate) !== chosen && candidate.per_success_nano_usd !== null);
  const perTask = decision.expected_nano_usd !== null && decision.expected_success > 0 ? decision.expected_nano_usd / decision.expected_success : null;
  return [
    h("p", { class: "lead" }, chip(KINDS[decision.outcome] ?? "plain", decision.code ?? decision.outcome), " ", decision.reason),
    h("dl", { class: "facts" },
      fact("Asked", `${time(decision.requested_at, true)}, model ${decision.requested_model}`),
      fact("By", [decision.team, decision.user, decision.task_id].filter(Boolean).join(", ")),
      decision.task_type && fact("Task type", decision.task_type),
      fact("Floor", `success at least ${decision.quality_floor.toFixed(2)}${decision.difficulty === null ? "" : `, difficulty ${decision.difficulty.toFixed(2)}`}`),
      fact("Bound", `${count(decision.input_bound_tokens)} input tokens${decision.output_cap === null ? "" : `, ${count(decision.output_cap)} output`}`),
      decision.hold && fact("Held", `${usd(decision.hold.nano_usd)} and ${count(decision.hold.tokens)} tokens until usage is known`),
      perTask !== null && next && fact("Margin", `${usd(perTask)} per completed task; next ${model(id(next))} with ${usd(next.per_success_nano_usd)} (${next.per_success_nano_usd >= perTask ? "+" : ""}${percent((next.per_success_nano_usd - perTask) / Math.max(1, perTask))})`),
      decision.baseline_nano_usd && decision.expected_nano_usd !== null && fact("Saves", `${usd(decision.baseline_nano_usd - decision.expected_nano_usd)} of ${usd(decision.baseline_nano_usd)} at the strongest model`),
      decision.downgraded_from && fact("Without pressure", decision.downgraded_from),
      decision.retry_at && fact("Try again", `from ${time(decision.retry_at)} on`),
      fact("Read from", `${decision.source_topic}, partition ${decision.source_partition}, offset ${decision.source_offset}`)),
    decision.windows.length > 0 && [h("h3", {}, "Headroom that was seen"), table("Budgets", [
      { name: "Budget", cell: (view) => `${view.budget} (${view.enforcement})` },
      { name: "Of", cell: (view) => view.window.scope_value },
      { name: "Limit", number: true, cell: (view) => amount(view.unit, view.limit[view.unit]) },
      { name: "Spent", number: true, cell: (view) => amount(view.unit, view.spent[view.unit]) },
      { name: "Held", number: true, cell: (view) => amount(view.unit, view.held[view.unit] - view.closed[view.unit]) },
      { name: "Left", number: true, cell: (view) => amount(view.unit, view.limit[view.unit] - view.spent[view.unit] - view.held[view.unit] + view.closed[view.unit]) },
    ], decision.windows, "")],
    candidates.length > 0 && [h("h3", {}, "Candidates, and why others were out"), table("Candidates", [
      { name: "Model", cell: id },
      { name: "Success", number: true, cell: (candidate) => (candidate.success === null ? "–" : candidate.success.toFixed(3)) },
      { name: "Attempt", number: true, cell: (candidate) => usd(candidate.expected_nano_usd) },
      { name: "Per task", number: true, cell: (candidate) => usd(candidate.per_success_nano_usd) },
      { name: "Verdict", cell: (candidate) => (candidate.excluded !== null ? h("span", { class: "soft" }, candidate.excluded) : id(candidate) === chosen ? chip("good", "chosen") : "next") },
    ], candidates, "")],
  ];
}

function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}
