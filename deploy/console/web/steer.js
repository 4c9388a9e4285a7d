import { get, put, token } from "/console/api.js";
import { h, show } from "/console/dom.js";
import { ago, time } from "/console/format.js";
import { card, head, table } from "/console/parts.js";

const LIMITS = { limit_usd: "USD", limit_tokens: "tokens", limit_requests: "requests" };

/** Changes what is in force: aliases, budgets, offers. Validated as turnpike apply does, recorded who and when. */
export function steer(main, page) {
  const aliases = h("div", {});
  const budgets = h("div", {});
  const offers = h("div", {});
  const edits = h("div", {});
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  let chosen = null;
  let known = { aliases: [], policies: [], catalog: [] };

  main.append(
    head("Steer", "Edits are checked like files that are applied, recorded with who and when, and in force for the next request."),
    problem,
    h("div", { class: "two" },
      h("div", { class: "stack" },
        card("Aliases", "The name stays, the model behind it changes.", aliases),
        card("Budgets", "A limit below what is spent stops dispatches at once.", budgets)),
      card("Recent edits", "By this page, the API, and the command.", edits)),
    card("Offers", "What is off gets no new requests; what runs is finished.", offers));

  async function read() {
    const [a, p, c, e] = await Promise.all([get("aliases"), get("policies"), get("catalog"), get("edits", { limit: 8 })]);
    known = { aliases: a.aliases, policies: p.policies, catalog: c.catalog };
    draw(e.edits);
  }

  function draw(recent) {
    const targets = known.catalog.map((offer) => offer.key);
    show(aliases, known.aliases.length === 0 ? h("p", { class: "empty" }, "There are no aliases. Apply one.") : known.aliases.map((alias) =>
      h("div", { class: "line", id: `alias-${alias.key}` },
        h("label", { for: `target-${alias.key}` }, h("b", {}, alias.key), h("span", { class: "soft" }, ` by ${alias.applied_by ?? "unknown"}, ${ago(alias.applied_at)}`)),
        h("select", {
          id: `target-${alias.key}`,
          onchange: (event) => save(`aliases/${alias.key}`, { ...alias.document, target: event.target.value }, alias.etag, `${alias.key} now stands for ${event.target.value}.`, event.target, alias.document.target),
        }, targets.map((target) => h("option", { value: target, selected: target === alias.document.target }, target))))));
    policies();
    show(offers, table("Offers", [
      { name: "Offer", cell: (offer) => offer.key },
      { name: "Takes requests", cell: (offer) => h("button", {
        type: "button", role: "switch", class: "switch", id: `offer-${offer.key.replace(/\W/g, "-")}`, "aria-checked": String(offer.document.status !== "off"), "aria-label": `${offer.key} takes requests`,
        onclick: () => save(`catalog/${offer.key}`, { ...offer.document, status: offer.document.status === "off" ? "active" : "off" }, offer.etag, `${offer.key} is ${offer.document.status === "off" ? "on" : "off"}.`),
      }) },
      { name: "Last applied", cell: (offer) => `${time(offer.applied_at)} by ${offer.applied_by ?? "unknown"}` },
    ], known.catalog, "The catalog is empty."));
    show(edits, recent.length === 0 ? h("p", { class: "empty" }, "Nothing was edited yet.") : h("ol", { class: "plain-list" }, recent.map((edit) =>
      h("li", {}, h("span", {}, h("b", {}, edit.key), ` ${edit.kind}${edit.withdrawn ? ", withdrawn" : ""}`), h("span", { class: "soft" }, ` ${edit.by ?? "unknown"}, ${ago(edit.at)}`)))));
  }

  function policies() {
    const policy = known.policies.find((each) => each.key === chosen) ?? known.policies[0];
    if (!policy) {
      show(budgets, h("p", { class: "empty" }, "There are no policies. Apply one."));
      return;
    }
    const list = policy.document.budgets ?? [];
    show(budgets,
      h("div", { class: "row" },
        h("label", { class: "pick", for: "steer-team" }, "Team"),
        h("select", { id: "steer-team", onchange: (event) => { chosen = event.target.value; policies(); } }, known.policies.map((each) => h("option", { value: each.key, selected: each === policy }, each.key))),
        h("span", { class: "soft" }, `${policy.document.timezone ?? "UTC"}; applied ${time(policy.applied_at)} by ${policy.applied_by ?? "unknown"}`)),
      list.length === 0 && h("p", { class: "empty" }, "This policy has no budgets."),
      list.map((budget, index) => {
        const field = Object.keys(LIMITS).find((each) => budget[each] !== undefined);
        // another team's form is another form, so that a half-typed limit never moves to it
        const id = `limit-${policy.key}-${budget.name}`;
        const input = h("input", { id, name: "limit", inputmode: "decimal", required: true, value: String(budget[field]), autocomplete: "off" });
        return h("form", {
          class: "line", id: `form-${id}`,
          onsubmit: (event) => {
            event.preventDefault();
            const changed = list.map((each, i) => (i === index ? { ...each, [field]: event.target.elements.limit.value.trim() } : each));
            save(`policies/${policy.key}`, { ...policy.document, budgets: changed }, policy.etag, `${budget.name} is now ${event.target.elements.limit.value.trim()} ${LIMITS[field]}.`);
          },
        },
          h("label", { for: id }, h("b", {}, budget.name), h("span", { class: "soft" }, ` ${budget.enforcement}, per ${budget.scope} and ${budget.period}`)),
          h("span", { class: "row" }, input, h("span", { class: "soft unit" }, LIMITS[field]), h("button", { type: "submit", class: "primary" }, "Save")));
      }));
  }

  async function save(path, document, etag, done, field, before) {
    problem.hidden = true;
    try {
      if (!(await page.signedIn())) {
        if (field) field.value = before;
        return;
      }
      await put(path, document, etag);
      page.toast(done);
    } catch (refused) {
      if (refused.status === 401) token.forget();
      if (field) field.value = before;
      problem.textContent = refused.message;
      problem.hidden = false;
      problem.scrollIntoView({ block: "nearest" });
    }
    await read();
  }

  return { read };
}
