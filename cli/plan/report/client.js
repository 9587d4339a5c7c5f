"use strict";
// Tabs, the details of a box, and the search of the resource table. Without JavaScript every stack is shown, one below the other.
(() => {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const panels = [...document.querySelectorAll('[role="tabpanel"]')];

  function choose(stack) {
    if (!panels.some((panel) => panel.id === stack)) return;
    for (const tab of tabs) {
      const chosen = tab.getAttribute("aria-controls") === stack;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const panel of panels) panel.classList.toggle("hidden", panel.id !== stack);
  }

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", tab.getAttribute("href"));
      choose(tab.getAttribute("aria-controls"));
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      choose(next.getAttribute("aria-controls"));
      next.focus();
    });
  }
  // A link to a part of a stack: show the stack, open the part.
  function follow() {
    const hash = location.hash.slice(1);
    const part = document.getElementById(hash);
    choose(part?.closest('[role="tabpanel"]')?.id ?? hash);
    if (part?.tagName !== "DETAILS") return;
    part.open = true;
    part.scrollIntoView();
  }
  choose(panels[0]?.id);
  follow();
  addEventListener("hashchange", follow);

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  for (const figure of document.querySelectorAll(".architecture")) {
    const rows = JSON.parse(
      document.getElementById(`resources-${figure.dataset.stack}`).textContent,
    );
    const boxes = new Map(
      [...figure.querySelectorAll(".box")].map((box) => [box.dataset.urn, box]),
    );
    const edges = [...figure.querySelectorAll(".edge")];
    const label = (urn) => boxes.get(urn)?.getAttribute("aria-label").split(":")[0];
    const svg = figure.querySelector("svg");

    const mark = (urn) => {
      const near = new Set([urn]);
      for (const edge of edges) {
        const touches = edge.dataset.from === urn || edge.dataset.to === urn;
        edge.classList.toggle("near", touches);
        if (touches) near.add(edge.dataset.from).add(edge.dataset.to);
      }
      for (const [own, box] of boxes)
        box.classList.toggle("far", urn !== undefined && !near.has(own));
      svg.classList.toggle("focused", urn !== undefined);
    };

    const open = (urn) => {
      const holds = rows.filter((row) => row.box === urn);
      const types = new Map();
      for (const row of holds) types.set(row.type, [...(types.get(row.type) ?? []), row.name]);
      const list = element("ul");
      for (const [type, names] of [...types].sort((a, b) => b[1].length - a[1].length)) {
        const item = element("li");
        const details = element("details");
        const summary = element("summary", type.split(":").pop());
        summary.title = type;
        summary.append(element("b", String(names.length)));
        details.append(summary, element("p", names.join(", ")));
        item.append(details);
        list.append(item);
      }
      const needs = edges
        .filter((edge) => edge.dataset.from === urn)
        .map((edge) => label(edge.dataset.to));
      const panel = figure.querySelector(".members");
      panel.replaceChildren(
        element("h4", label(urn)),
        element("p", needs.length > 0 ? `Needs ${needs.join(", ")}.` : "Needs nothing else here."),
        list,
      );
    };

    let chosen;
    for (const [urn, box] of boxes) {
      box.addEventListener("pointerenter", () => mark(urn));
      box.addEventListener("pointerleave", () => mark(chosen));
      box.addEventListener("focus", () => mark(urn));
      box.addEventListener("blur", () => mark(chosen));
      const toggle = () => {
        chosen = chosen === urn ? undefined : urn;
        for (const [own, other] of boxes) other.classList.toggle("chosen", own === chosen);
        mark(chosen);
        open(urn);
      };
      box.addEventListener("click", toggle);
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        toggle();
      });
    }
  }

  const mostRows = 150;
  for (const table of document.querySelectorAll(".resources")) {
    const rows = JSON.parse(
      document.getElementById(`resources-${table.dataset.stack}`).textContent,
    );
    const [search, region, output, body] = ["input", "select", "output", "tbody"].map((name) =>
      table.querySelector(name),
    );
    const show = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = rows.filter(
        (row) =>
          (region.value === "" || row.region === region.value) &&
          words.every((word) => `${row.type} ${row.name} ${row.area}`.toLowerCase().includes(word)),
      );
      output.textContent =
        found.length > mostRows
          ? `${mostRows} of ${found.length}; narrow the search to see the others`
          : `${found.length} of ${rows.length}`;
      body.replaceChildren(
        ...found.slice(0, mostRows).map((row) => {
          const line = element("tr");
          const name = element("td");
          const details = element("details");
          const inputs = element("pre", "");
          details.append(element("summary", row.name), inputs);
          details.addEventListener(
            "toggle",
            () => (inputs.textContent = details.open ? `${row.urn}\n${row.inputs}` : ""),
          );
          name.append(details);
          line.append(
            name,
            element("td", row.type),
            element("td", row.area),
            element("td", row.region),
          );
          return line;
        }),
      );
    };
    search.addEventListener("input", show);
    region.addEventListener("change", show);
    show();
  }
})();
