// The panel: where, and which levers. It changes the state that it is given, and says so.

import { byId, fresh, make } from "./dom.js";

const MOST_FIRMS_STEP = 50;
const BEND = 2;

export class Controls {
  constructor(catalogue, changed) {
    this.all = catalogue;
    this.changed = changed;
    this.open = new Set();
    this.wanted = "";
  }

  show(state, cards) {
    this.state = state;
    this.wasCase = state.region in this.all.cases;
    this.cards = { ...this.all.cards, ...cards };
    this.place();
    this.levers();
  }

  // ---- where -------------------------------------------------------------------------------------------------

  place() {
    const { state, all } = this, years = [3, 5, 10, 15, 20].filter((y) => y * 12 <= all.limits.months);
    if (state.n_months % 12 === 0 && !years.includes(state.n_months / 12)) years.push(state.n_months / 12);
    const months = [...new Set([...years.map((y) => y * 12), state.n_months])].sort((a, b) => a - b);
    byId("place").replaceChildren(...[
      this.choice("Region", "region", all.regions, "Country, taxes, digital intensity and answers of the region's firms."),
      make("div", { class: "pair" },
        this.firms(),
        this.choice("Years", "n_months", months.map((m) => [m, m % 12 ? `${m} months` : String(m / 12)]),
          "How long the region is simulated, in years of twelve months.", Number)),
      this.choice("Sizes of firms", "composition", all.compositions,
        "Size classes as the 78 organisations of the survey answered, or as business statistics give them (nine in ten are micro firms)."),
      all.behaviours.length > 1 ? this.choice("How firms behave", "behaviour", all.behaviours,
        "The usual values are the same in every simulated region. Drawn: every region draws its own from what programmes have achieved, so that the bands show that uncertainty, too.") : null,
      this.ownData(),
    ].filter(Boolean));
  }

  // Firms, a survey and prices of one's own, folded away while there are none.
  ownData() {
    const tips = {
      firms: "A CSV file with a line per firm; only its name is needed, what is missing is drawn.",
      survey: "A CSV file with a line per answer, or of figures; the firms that are drawn then answer like yours.",
      streams: "A CSV file of gate fees, prices and other terms of goods, which stand in for the packaged ones.",
    };
    const rows = Object.entries(this.all.own).map(([kind, title]) => this.ownFile(kind, title, tips[kind]));
    return make("details", { id: "own", open: byId("own")?.open || Object.keys(this.all.own).some((kind) => this.state[kind]) }, make("summary", {}, "Your own data"), ...rows);
  }

  ownFile(kind, title, tip) {
    const pick = make("input", { type: "file", accept: ".csv,.txt", hidden: true, id: `own-${kind}`, onchange: (e) => this.actions.own(kind, e.target) });
    const name = this.state[kind].split("/")[1];
    const again = name ? make("button", { type: "button", class: "bare", "aria-label": `leave out ${name}`, onclick: () => this.without(kind) }, "leave out") : null;
    return make("div", { class: "field", "data-tip": `${tip} It stays on the computer that runs this page. \`issim template ${kind}\` writes an example.` },
      make("span", { class: "words" }, title),
      make("button", { type: "button", "aria-label": `${title}: ${name ?? "choose a file"}`, onclick: () => pick.click() }, name ?? "Choose a file …"), again, pick);
  }

  without(kind) {
    this.state[kind] = "";
    if (kind === "firms") this.state.n_firms = this.all.usual.n_firms;
    this.set("region", this.state.region);
  }

  field(words, input, tip) {
    const id = fresh("in");
    input.id = id;
    return make("div", { class: "field", "data-tip": tip }, make("label", { for: id }, words), input);
  }

  choice(words, key, options, tip, kind = String) {
    const input = make("select", { onchange: (e) => this.set(key, kind(e.target.value)) },
      ...options.map(([value, text]) => make("option", { value, selected: value === this.state[key] }, text)));
    return this.field(words, input, tip);
  }

  firms() {
    const { limits } = this.all;
    const isKnown = this.state.firms !== "" || this.state.region in this.all.cases;
    const input = make("input", { type: "number", min: 10, max: limits.firms, step: MOST_FIRMS_STEP, value: this.state.n_firms, disabled: isKnown,
      onchange: (e) => this.set("n_firms", Number(e.target.value)) });
    return this.field("Firms", input, `Number of firms in the region; up to ${limits.firms.toLocaleString("en")} here.`);
  }

  set(key, value) {
    this.state[key] = value;
    if (key === "region" && !(value in this.all.cases) && this.state.firms === "" && this.wasCase) this.state.n_firms = this.all.usual.n_firms;
    this.wasCase = this.state.region in this.all.cases;
    this.changed("place");
  }

  // ---- levers ------------------------------------------------------------------------------------------------

  levers() {
    const { all, state } = this;
    const own = Object.keys(state.levers).filter((name) => !(name in all.cards));
    const start = make("select", { onchange: (e) => this.start(e.target.value) },
      make("option", { value: "" }, "choose …"),
      make("option", { value: "none", selected: !Object.keys(state.levers).length }, "No policy"),
      ...all.policies.map((p) => make("option", { value: p.name, selected: p.name === state.name && this.same(p.levers) }, p.label)));
    const find = make("input", { type: "search", placeholder: "e.g. tax, course, platform", value: this.wanted,
      oninput: (e) => this.find(e.target.value) });
    this.families = Object.entries(all.families).map(([title, names]) => this.family(title, names));
    const loaded = own.length ? [this.family("Levers of the file", own)] : [];
    byId("levers").replaceChildren(
      make("div", { class: "group" }, this.field("Start from a named policy", start, "Replaces the levers below by those of the policy.")),
      make("div", {}, ...all.front.map((name) => this.lever(name))),
      make("div", { class: "group" },
        make("h3", {}, `${Object.keys(all.cards).length - all.front.length} more levers`),
        this.field("Find a lever", find, "Shows the levers whose name or description has this word."),
        ...loaded, ...this.families),
    );
    if (this.wanted) this.find(this.wanted);
  }

  same(levers) {
    return JSON.stringify(levers) === JSON.stringify(this.state.levers);
  }

  start(name) {
    if (!name) return;
    const chosen = this.all.policies.find((p) => p.name === name);
    this.state.levers = chosen ? structuredClone(chosen.levers) : {};
    this.state.name = chosen ? chosen.name : "my policy";
    this.levers();
    this.changed("policy");
  }

  family(title, names) {
    const isOn = names.some((name) => name in this.state.levers);
    const made = make("details", { class: "family", open: isOn || this.open.has(title) },
      make("summary", {}, `${title} · `, make("span")), ...names.map((name) => this.lever(name)));
    this.count(made);
    made.addEventListener("toggle", () => (made.open ? this.open.add(title) : this.open.delete(title)));
    return made;
  }

  // How many levers of a family are on.
  count(family) {
    if (!family) return;
    const all = family.querySelectorAll(".lever").length, on = family.querySelectorAll(".lever.on").length;
    const told = family.querySelector("summary span");
    told.textContent = on ? `${on} of ${all} on` : `${all}`;
    told.className = on ? "on" : "";
  }

  find(word) {
    this.wanted = word;
    const asked = word.trim().toLowerCase();
    for (const family of this.families) {
      let any = false;
      for (const card of family.querySelectorAll(".lever")) {
        const { title, question, meaning } = this.cards[card.dataset.lever];
        const fits = `${title} ${question} ${meaning}`.toLowerCase().includes(asked);
        card.hidden = !fits;
        any ||= fits;
      }
      family.hidden = !any;
      if (asked) family.open = any;
    }
  }

  lever(name) {
    const card = this.cards[name], isOn = name in this.state.levers;
    const made = make("div", { class: `lever${isOn ? " on" : ""}`, "data-lever": name });
    const tip = `${card.meaning} Acts: ${card.actor}.${card.action ? ` Action ${card.action} of the plan.` : ""}`;
    const box = make("input", { type: "checkbox", checked: isOn, onchange: (e) => this.toggle(name, e.target.checked) });
    made.append(make("label", { class: "switch", "data-tip": tip }, box, card.title), make("p", { class: "asks" }, card.question));
    if (isOn) made.append(this.inside(name, card));
    return made;
  }

  toggle(name, isOn) {
    if (isOn) this.state.levers[name] = {};
    else delete this.state.levers[name];
    this.own();
    const old = document.querySelector(`[data-lever="${name}"]`), made = this.lever(name);
    old.replaceWith(made);
    this.count(made.closest("details.family"));
    made.querySelector("input").focus();
    this.changed("policy");
  }

  // A policy that is changed is no longer the named one.
  own() {
    const named = this.all.policies.find((p) => p.name === this.state.name);
    if (named && !this.same(named.levers)) this.state.name = `my ${named.label.toLowerCase()}`.slice(0, 60);
  }

  inside(name, card) {
    const front = card.sliders.filter((s) => card.front.includes(s.path));
    front.sort((a, b) => card.front.indexOf(a.path) - card.front.indexOf(b.path));
    const more = make("details", {}, make("summary", {}, "All settings"));
    more.addEventListener("toggle", () => {
      if (!more.open || more.children.length > 1) return;
      for (const group of new Set(card.sliders.map((s) => s.group))) {
        const rest = card.sliders.filter((s) => s.group === group && !card.front.includes(s.path));
        if (rest.length) more.append(make("h3", {}, group), ...rest.map((s) => this.number(name, s)));
      }
      more.append(...card.choices.map((choice) => this.names(name, choice)));
    });
    return make("div", { class: "inside" }, ...front.map((s) => this.number(name, s)), more);
  }

  read(name, path, usual) {
    const [field, entry] = path.split(/\.(.*)/s), own = this.state.levers[name] ?? {};
    const found = entry === undefined ? own[field] : own[field]?.[entry];
    return found === undefined ? usual : found;
  }

  write(name, path, value, usual) {
    const own = (this.state.levers[name] ??= {}), [field, entry] = path.split(/\.(.*)/s);
    const isUsual = JSON.stringify(value) === JSON.stringify(usual);
    if (entry === undefined) {
      if (isUsual) delete own[field];
      else own[field] = value;
    } else {
      const table = (own[field] ??= {});
      if (isUsual) delete table[entry];
      else table[entry] = value;
      if (!Object.keys(table).length) delete own[field];
    }
    this.own();
  }

  // ---- one number --------------------------------------------------------------------------------------------

  number(name, slider) {
    const months = this.state.n_months, id = fresh("n");
    const high = slider.path === "start" ? months - 1 : slider.path === "end" ? months : slider.high;
    const value = this.read(name, slider.path, slider.value);
    const row = make("div", { class: "number", "data-tip": slider.tip, "data-path": slider.path });
    const typed = make("input", { type: "number", id, min: slider.least, max: slider.most, step: "any" });
    const drag = make("input", { type: "range", min: 0, max: 1000, step: 1, "aria-label": `${slider.words} (slider)` });
    const scale = this.scale(slider, high);
    const show = (v) => {
      typed.value = v === null ? "" : v;
      typed.placeholder = slider.unlimited ? (slider.path === "end" ? "never" : "no limit") : "";
      drag.value = scale.place(v);
      drag.setAttribute("aria-valuetext", v === null ? typed.placeholder : `${v} ${slider.unit}`);
      row.classList.toggle("moved", v !== slider.value);
    };
    const take = (v, how) => {
      this.write(name, slider.path, v, slider.value);
      show(v);
      this.changed(how);
    };
    drag.addEventListener("input", () => take(scale.value(Number(drag.value)), "drag"));
    typed.addEventListener("change", () => {
      if (typed.value === "") return take(slider.unlimited ? null : slider.value, "policy");
      take(Number(typed.value), "policy");
    });
    const again = make("button", { type: "button", class: "again", "aria-label": `${slider.words}: back to the usual value`,
      onclick: () => take(slider.value, "policy") }, "↺");
    const end = make("span", {}, typed, slider.unit && slider.unit !== "month" ? ` ${slider.unit}` : "", again);
    row.append(make("div", { class: "line" }, make("label", { for: id }, slider.words), end), drag);
    show(value);
    return row;
  }

  // From a slider's 0 to 1000 to a number with few digits and back; without limit is the right end.
  scale(slider, high) {
    const { low, bent, whole, unlimited } = slider, bend = bent ? BEND : 1, last = unlimited ? 980 : 1000;
    const span = high - low;
    return {
      place: (v) => (v === null ? 1000 : Math.round(last * Math.max(0, Math.min(1, (v - low) / span)) ** (1 / bend))),
      value: (at) => {
        if (unlimited && at > last) return null;
        const raw = low + span * (at / last) ** bend;
        if (whole) return Math.round(raw);
        if (span <= 1.0001) return Number(raw.toFixed(2));
        return Number(raw.toPrecision(2));
      },
    };
  }

  names(name, choice) {
    const chosen = new Set(this.read(name, choice.path, choice.value));
    const boxes = choice.options.map(([key, words]) => make("label", {}, make("input", { type: "checkbox", checked: chosen.has(key),
      onchange: (e) => {
        if (e.target.checked) chosen.add(key);
        else chosen.delete(key);
        const value = choice.options.map(([k]) => k).filter((k) => chosen.has(k));
        this.write(name, choice.path, value, choice.value);
        this.changed("policy");
      } }), words));
    const all = choice.whom ? `${choice.words} (none chosen: all)` : choice.words;
    return make("fieldset", { class: "names" }, make("legend", {}, all), ...boxes);
  }
}
