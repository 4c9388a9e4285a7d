import { get } from "/console/api.js";
import { chart, color, colorName, theme } from "/console/chart.js";
import { h, show } from "/console/dom.js";
import { amount, clock, count, day, model, percent, short, time, usd } from "/console/format.js";
import { card, chip, head, isUsedUp, mainBudget, meter, outlook, span, table, tile } from "/console/parts.js";

const HOUR = 3600000;
// ticks come once a second
const LATE = 15000;
// between the marks of time below a burn-down
const STEPS = { hour: HOUR / 4, day: 4 * HOUR, week: 24 * HOUR, month: 5 * 24 * HOUR };

/** Who spent most today, on what, and will they run out? */
export function overview(main) {
  const answer = h("div", { class: "answer" });
  const tiles = h("dl", { class: "tiles" });
  const orgs = h("div", {});
  const orgCard = card("Orgs", "Each budget over all teams of an org: what they spent and hold, and what of it is lent to whom.", orgs);
  const teams = h("div", {});
  const burnHead = h("div", { class: "card-head" });
  const burnText = h("p", { class: "soft" });
  const burnBox = h("div", { class: "chart tall" });
  const hourBox = h("div", { class: "chart" });
  const hourText = h("p", { class: "unseen" });
  const burnChart = chart(burnBox);
  const hourChart = chart(hourBox);
  let chosen = null;

  main.append(
    answer,
    tiles,
    orgCard,
    card("Teams today", "Each against the budget that says most of it: spent, held, and where the pace leads.", teams),
    h("div", { class: "two" },
      h("section", { class: "card" }, burnHead, burnBox, burnText),
      card("Spend by hour", "The last 24 hours, by team.", hourBox, hourText)));

  async function read() {
    const now = Date.now();
    const since = new Date(now - 25 * HOUR).toISOString();
    const [known, budgets, ofOrgs, byTeam, byModel, byHour] = await Promise.all([
      get("teams"),
      get("budgets", { limit: 5000 }),
      get("org-budgets"),
      get("spend", { window: "1d", by: "team", from: since }),
      get("spend", { window: "1d", by: "model", from: since }),
      get("spend", { window: "1h", by: "team" }),
    ]);
    // each team's own day: the window that has not ended
    const today = (line) => line.window_end > now;
    const lines = known.teams.filter((team) => team.team !== "*").map(({ team }) => {
      const own = byTeam.spend.filter(today).find((line) => line.team === team);
      const models = byModel.spend.filter(today).filter((line) => line.team === team).sort((a, b) => b.nano_usd - a.nano_usd);
      const all = budgets.budgets.filter((budget) => budget.team === team);
      return { team, own, models, budgets: all, budget: mainBudget(all) };
    }).sort((a, b) => (b.own?.nano_usd ?? 0) - (a.own?.nano_usd ?? 0) || a.team.localeCompare(b.team));

    show(answer, sentence(lines[0]));
    show(tiles, total(byTeam.spend.filter(today), lines, budgets));
    orgCard.hidden = ofOrgs.budgets.length === 0;
    show(orgs, table("Orgs", [
      { name: "Budget", cell: (budget) => [h("b", {}, budget.org), " ", h("span", { class: "soft" }, `${budget.name}, ${budget.enforcement}`)] },
      { name: "Outlook", cell: (budget) => chip(outlook(budget).kind, outlook(budget).text) },
      { name: "Spent and held", full: true, cell: (budget) => h("div", { class: "budget" }, meter(budget), h("span", { class: "soft" }, `${amount(budget.unit, budget.spent)} of ${amount(budget.unit, budget.limit)} ${span(budget)}`)) },
      { name: "Left to lend", number: true, wide: true, cell: (budget) => (budget.unlent === undefined ? "–" : amount(budget.unit, budget.unlent)) },
      { name: "By team: spent, and what is lent", full: true, cell: (budget) => h("ul", { class: "parts" }, [...budget.teams].sort((a, b) => b.spent - a.spent).map((part) => h("li", {},
        h("span", { class: "swatch", color: `var(${colorName(part.team)})` }), part.team, " ", amount(budget.unit, part.spent),
        part.lent !== undefined && h("span", { class: "soft" }, ` of ${amount(budget.unit, part.lent)}`)))) },
    ], ofOrgs.budgets, "No org has a budget.", null, true));
    show(teams, table("Teams today", [
      { name: "Team", cell: (line) => [h("span", { class: "swatch", color: `var(${colorName(line.team)})` }), line.team] },
      { name: "Spent today", number: true, cell: (line) => usd(line.own?.nano_usd ?? 0) },
      { name: "Tokens", number: true, wide: true, cell: (line) => short(line.own?.tokens ?? 0) },
      { name: "Mostly on", wide: true, cell: (line) => (line.models[0] ? `${model(line.models[0].value)} ${percent(line.models[0].nano_usd / Math.max(1, line.own.nano_usd))}` : "–") },
      { name: "Outlook", cell: (line) => worst(line) },
      { name: "Budget", full: true, cell: (line) => (line.budget ? h("div", { class: "budget" }, meter(line.budget),
        h("span", { class: "soft" }, `${amount(line.budget.unit, line.budget.spent)} of ${amount(line.budget.unit, line.budget.limit)} ${span(line.budget)}`)) : h("span", { class: "soft" }, "none")) },
    ], lines, "No team has a policy or usage yet. Publish a request, or apply a policy.", null, true));
    await burn(lines, budgets.budgets, known.teams);
    hours(byHour.spend);
  }

  /** The budget in most trouble speaks for the team. */
  function worst(line) {
    if (!line.budget) return chip("plain", "no budget");
    const rank = { bad: 2, warn: 1, good: 0 };
    const budget = [...line.budgets].filter((each) => each.enforcement === "hard" || each === line.budget)
      .sort((a, b) => rank[outlook(b).kind] - rank[outlook(a).kind])[0] ?? line.budget;
    const { kind, text } = outlook(budget);
    const whose = budget.scope === "team" ? "" : ` (${budget.scope_value})`;
    return chip(kind, kind === "good" ? text : `${budget.period} ${text}${whose}`);
  }

  async function burn(lines, budgets, known) {
    const zone = (team) => known.find((each) => each.team === team)?.timezone;
    const able = budgets.filter((budget) => budget.window_end !== null).sort((a, b) => (b.scope === "team") - (a.scope === "team"));
    const key = (budget) => [budget.team, budget.name, budget.scope_value].join("\u0000");
    const leading = lines.map((line) => line.budget).filter((budget) => budget && budget.window_end !== null && budget.spent > 0);
    // what is nearest a limit that stops it is worth a look first
    leading.sort((a, b) => (b.enforcement === "hard") - (a.enforcement === "hard") || b.spent / b.limit - a.spent / a.limit);
    const budget = able.find((each) => key(each) === chosen) ?? leading[0] ?? able[0];
    if (!budget) {
      show(burnHead, h("h2", {}, "Burn-down"), h("p", { class: "soft" }, "No budget has a window."));
      return;
    }
    show(burnHead, h("h2", {}, "Burn-down"),
      h("label", { class: "pick" }, h("span", { class: "unseen" }, "Budget"),
        h("select", { id: "burn-budget", onchange: (event) => { chosen = event.target.value; read(); } },
          able.slice(0, 200).map((each) => h("option", { value: key(each), selected: each === budget }, `${each.name}${each.scope === "team" ? "" : `, ${each.scope_value}`}`)))));
    const { points } = await get("burn", { team: budget.team, scope: budget.scope, scope_value: budget.scope_value, period: budget.period, window_start: budget.window_start, unit: budget.unit });
    const at = (millis) => time(millis, false, zone(budget.team));
    const hourly = await cumulated(budget, points[0]?.at ?? Date.now());
    const now = Date.now();
    const seen = [...hourly, ...points.map((point) => ({ at: point.at, spent: point.spent, open: point.open })), { at: now, spent: budget.spent, open: budget.open }];
    const left = seen.map((point) => ({ x: point.at, y: budget.limit - point.spent }));
    const free = seen.map((point) => ({ x: point.at, y: budget.limit - point.spent - (point.open ?? 0) }));
    const forecast = budget.forecast === undefined ? [] : [{ x: now, y: budget.limit - budget.spent }, { x: budget.window_end, y: budget.limit - budget.forecast }];
    const scale = budget.unit === "nano_usd" ? 1e9 : 1;
    const scaled = (list) => list.map(({ x, y }) => ({ x, y: Math.max(0, y) / scale }));
    const text = `${budget.name} of ${budget.scope_value}, ${budget.enforcement}: ${amount(budget.unit, Math.max(0, budget.limit - budget.spent))} left of ${amount(budget.unit, budget.limit)}, ${amount(budget.unit, budget.open)} held. ` +
      (budget.forecast === undefined ? "" : isUsedUp(budget) ? `It is used up until ${at(budget.window_end)}.` : `At ${amount(budget.unit, budget.pace_per_hour)} an hour ${budget.runs_out_at ? `it runs out at ${at(budget.runs_out_at)}` : `${amount(budget.unit, budget.limit - budget.forecast)} will be left`}; the window ends at ${at(budget.window_end)} (${zone(budget.team) ?? "UTC"}).`);
    burnText.textContent = text;
    burnChart.update(() => ({
      type: "line",
      label: text,
      data: {
        datasets: [
          { label: "left", data: scaled(left), borderColor: theme("--accent"), backgroundColor: theme("--accent"), borderWidth: 2, pointRadius: 0, stepped: true, fill: false },
          { label: "left after holds", data: scaled(free), borderColor: theme("--held"), backgroundColor: theme("--held-soft"), borderWidth: 1, pointRadius: 0, stepped: true, fill: "-1" },
          { label: "forecast", data: scaled(forecast), borderColor: theme("--soft"), backgroundColor: theme("--soft"), borderWidth: 2, borderDash: [5, 5], pointRadius: 0 },
        ],
      },
      extra: {
        lines: true,
        x: { type: "linear", min: budget.window_start, max: budget.window_end, ticks: { stepSize: STEPS[budget.period], callback: (value) => (budget.window_end - budget.window_start > 3 * 24 * HOUR ? day(value, zone(budget.team)) : clock(value, false, zone(budget.team))) } },
        y: { suggestedMax: budget.limit / scale, ticks: { callback: (value) => (scale === 1 ? short(value) : usd(value * 1e9)) } },
        tooltip: {
          title: (items) => (items[0] ? time(items[0].parsed.x, true, zone(budget.team)) : ""),
          label: (item) => `${item.dataset.label}: ${scale === 1 ? count(item.parsed.y) : usd(item.parsed.y * 1e9)}`,
        },
      },
    }));
  }

  /** What was spent by the hour before this page's instance began to watch. */
  async function cumulated(budget, until) {
    if (budget.period === "hour" || !["team", "user", "model"].includes(budget.scope)) return [{ at: budget.window_start, spent: 0, open: 0 }];
    const { spend } = await get("spend", {
      team: budget.team, window: "1h", by: budget.scope, limit: 10000,
      from: new Date(budget.window_start).toISOString(), to: new Date(Math.max(budget.window_start, until)).toISOString(),
    });
    let spent = 0;
    const points = [{ at: budget.window_start, spent: 0, open: 0 }];
    for (const line of spend) {
      if (line.value !== budget.scope_value || line.window_end > until) continue;
      points.push({ at: line.window_start, spent, open: 0 });
      spent += line[budget.unit];
      points.push({ at: line.window_end, spent, open: 0 });
    }
    return points;
  }

  function hours(spend) {
    const starts = [...new Set(spend.map((line) => line.window_start))].sort((a, b) => a - b);
    const first = Math.floor(Date.now() / HOUR) * HOUR - 23 * HOUR;
    const labels = Array.from({ length: 24 }, (_, i) => first + i * HOUR);
    const names = [...new Set(spend.map((line) => line.team))];
    const at = (team, hour) => spend.filter((line) => line.team === team && line.window_start >= hour && line.window_start < hour + HOUR).reduce((sum, line) => sum + line.nano_usd, 0) / 1e9;
    const text = starts.length === 0 ? "Nothing was spent in the last 24 hours." : `In the last 24 hours ${names.map((name) => `${name} spent ${usd(spend.filter((line) => line.team === name).reduce((sum, line) => sum + line.nano_usd, 0))}`).join(", ")}.`;
    hourText.textContent = text;
    hourChart.update(() => ({
      type: "bar",
      label: text,
      data: { labels, datasets: names.map((name) => ({ label: name, data: labels.map((hour) => at(name, hour)), backgroundColor: color(name), borderRadius: 3, barPercentage: 0.9, categoryPercentage: 0.9 })) },
      extra: {
        stacked: true,
        x: { ticks: { callback(value) { return clock(this.getLabelForValue(value)); } } },
        y: { ticks: { callback: (value) => usd(value * 1e9) } },
        filter: (item) => item.raw > 0,
        tooltip: { title: (items) => (items[0] ? time(Number(items[0].label.replace(/,/g, ""))) : ""), label: (item) => `${item.dataset.label}: ${usd(item.raw * 1e9)}` },
      },
    }));
  }

  return { read, close: () => { burnChart.destroy(); hourChart.destroy(); } };
}

function sentence(first) {
  if (!first?.own || first.own.entries === 0) {
    return head("Nothing was spent today", "As soon as a request is answered, this says who spent most, on what, and whether it will last.");
  }
  const top = first.models[0];
  const whole = first.budgets.filter((budget) => budget.scope === "team" && budget.unit === "nano_usd" && budget.period !== "hour");
  const budget = whole.find((each) => each.period === "month") ?? mainBudget(whole) ?? mainBudget(first.budgets);
  return [
    h("h1", {}, h("b", {}, first.team), " spent most today: ", h("b", {}, usd(first.own.nano_usd)),
      top && [", ", percent(top.nano_usd / Math.max(1, first.own.nano_usd)), " of it on ", h("b", {}, model(top.value))], "."),
    h("p", { class: "lead" }, budget ? verdict(budget) : "It has no budget, so nothing stops it.", exhausted(first.budgets.filter((each) => each !== budget))),
  ];
}

/** What is stopped already, whatever the whole team has left. */
function exhausted(budgets) {
  const over = budgets.filter((budget) => budget.enforcement === "hard" && isUsedUp(budget));
  if (over.length === 0) return null;
  const [one] = over;
  return [" But ", one.name, one.scope === "team" ? null : [" of ", h("b", {}, one.scope_value)], over.length > 1 && ` and ${count(over.length - 1)} more`,
    over.length > 1 ? " are " : " is ", h("b", { class: "bad" }, "used up"), one.window_end !== null && ` until ${time(one.window_end)}`, "."];
}

function verdict(budget) {
  const end = budget.window_end === null ? "" : ` by ${budget.period === "day" || budget.period === "hour" ? time(budget.window_end) : day(budget.window_end - 1)}`;
  const limit = amount(budget.unit, budget.limit);
  if (isUsedUp(budget)) return ["Its ", budget.name, " of ", limit, " is ", h("b", { class: "bad" }, "used up"), budget.enforcement === "hard" ? `; more is refused${budget.window_end === null ? "" : ` until ${time(budget.window_end)}`}.` : "; cheaper models take over."];
  if (budget.runs_out_at) return ["At this pace it ", h("b", { class: "warn" }, `will run out of ${limit} on ${time(budget.runs_out_at)}`), `: ${amount(budget.unit, budget.forecast)} would be spent${end}.`];
  if (budget.forecast === undefined) return [`${amount(budget.unit, budget.headroom)} of ${limit} is left.`];
  return ["It ", h("b", { class: "good" }, `will not run out ${span(budget)}`), `: at this pace ${amount(budget.unit, budget.forecast)} of ${limit} is spent${end}.`];
}

function total(lines, teams, answer) {
  const sum = (field) => lines.reduce((all, line) => all + line[field], 0);
  const spent = sum("nano_usd");
  const baseline = sum("baseline_nano_usd");
  const troubled = teams.flatMap((line) => line.budgets).filter((budget) => budget.enforcement === "hard" && isUsedUp(budget));
  const held = teams.reduce((all, line) => all + (line.budget?.unit === "nano_usd" ? line.budget.open : 0), 0);
  return [
    tile("Spent today", usd(spent), `${count(sum("requests"))} requests`),
    tile("Tokens today", short(sum("tokens")), `${short(sum("input_tokens"))} in, ${short(sum("output_tokens"))} out`),
    tile("Held now", usd(held), "set aside until usage is known"),
    tile("Saved today", usd(baseline - spent), baseline > 0 ? `${percent((baseline - spent) / baseline)} against the strongest model` : "nothing to compare with", "good"),
    tile("Hard budgets used up", count(troubled.length), troubled.length === 0 ? "nobody is refused for money" : troubled.slice(0, 3).map((budget) => `${budget.name}${budget.scope === "team" ? "" : ` of ${budget.scope_value}`}`).join(", "), troubled.length > 0 ? "bad" : null),
    !answer.complete && tile("Not everything", `${count(answer.missing_partitions.length)} missing`, answer.missing.length > 0 ? `does not answer: ${answer.missing.join(", ")}` : "partitions on their way to another meter", "bad"),
    answer.as_of - answer.read_until > LATE && tile("Not up to date", time(answer.read_until, true), "the meter is catching up", "warn"),
  ];
}
