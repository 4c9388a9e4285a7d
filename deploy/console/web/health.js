import { get } from "/console/api.js";
import { h, show } from "/console/dom.js";
import { count } from "/console/format.js";
import { card, chip, head, table, tile } from "/console/parts.js";

/** Whether it works, how late the router learns what was spent, and how far each partition is read. */
export function health(main) {
  const tiles = h("dl", { class: "tiles" });
  const partitions = h("div", {});
  main.append(head("Health", "Of the meter behind this page, and of the loop from usage to headroom."), tiles, card("What this instance reads", "Records behind are those it has not committed yet.", partitions));

  async function read() {
    const state = await get("health");
    const lag = state.feedback_lag_ms;
    const behind = state.partitions.reduce((sum, each) => sum + Math.max(0, each.end - each.committed), 0);
    show(tiles,
      tile("Meter", state.state, state.instance ?? "this instance", state.state === "running" ? "good" : "bad"),
      tile("Feedback lag", lag.p50 === undefined ? "–" : `${count(lag.p50)} ms`, lag.p99 === undefined ? "no usage yet" : `median; 99th percentile ${count(lag.p99)} ms of the last ${count(lag.count)}`, lag.p50 > 5000 ? "bad" : null),
      tile("Behind", count(behind), `records, in ${count(state.partitions.length)} partitions`, behind > 10000 ? "bad" : null),
      tile("Dead letters", count(state.dead_letters), "seen by this instance", state.dead_letters > 0 ? "warn" : null),
      tile("Instances", count(1 + state.others.length), state.others.length === 0 ? "this one alone" : `and ${state.others.join(", ")}`));
    const topics = [...new Set(state.partitions.map((each) => each.topic))].map((topic) => [topic, state.partitions.filter((each) => each.topic === topic)]);
    show(partitions, table("Topics", [
      { name: "Topic", cell: ([topic]) => topic },
      { name: "Partitions", cell: ([, all]) => all.map((each) => each.partition).join(", ") },
      { name: "Read up to, together", number: true, cell: ([, all]) => count(all.reduce((sum, each) => sum + each.committed, 0)) },
      { name: "Behind", number: true, cell: ([, all]) => late(all) },
    ], topics, "This instance has no partitions now."));
  }
  return { read };
}

function late(partitions) {
  const behind = partitions.reduce((sum, each) => sum + Math.max(0, each.end - each.committed), 0);
  return behind > 1000 ? chip("warn", count(behind)) : count(behind);
}
