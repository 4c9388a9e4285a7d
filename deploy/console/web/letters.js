import { get } from "/console/api.js";
import { h, show } from "/console/dom.js";
import { count, time } from "/console/format.js";
import { chip, head, table } from "/console/parts.js";

/** What could not be processed, where it came from, and why. */
export function letters(main) {
  const list = h("section", { class: "card" });
  main.append(head("Dead letters", "Nothing is dropped: what could not be processed waits here with its reason. What was in it is not shown; the offset finds it."), list);

  async function read() {
    const { dead_letters: all } = await get("dead-letters", { limit: 200 });
    show(list, table("Dead letters, newest first", [
      { name: "Reason", cell: (letter) => chip("bad", letter.reason) },
      { name: "At", cell: (letter) => time(letter.at, true) },
      { name: "What is wrong", cell: (letter) => h("span", { class: "wrap" }, letter.detail) },
      { name: "From", cell: (letter) => `${letter.topic}, partition ${letter.partition}, offset ${letter.offset}` },
      { name: "Key", cell: (letter) => letter.key || "–" },
      { name: "Bytes", number: true, cell: (letter) => count(letter.bytes) },
      { name: "Set aside by", cell: (letter) => letter.by || "–" },
    ], all, "No dead letters: everything that came could be processed."));
  }
  return { read };
}
