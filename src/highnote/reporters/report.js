"use strict";
(() => {
  const search = document.querySelector("#search");
  if (!search) return;
  const rule = document.querySelector("#rule");
  const shown = document.querySelector("#shown");
  const levels = [...document.querySelectorAll("[name=level]")];
  const findings = [...document.querySelectorAll(".finding")];
  const marks = [...document.querySelectorAll(".mark")].map((link) => [link, link.dataset.findings.split(" ").map((n) => `f${n}`)]);
  const drafts = [...document.querySelectorAll(".draft")];
  const words = new Map(findings.map((one) => [one, `${one.textContent} ${one.closest(".draft").dataset.title}`.toLowerCase()]));

  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = new Set(levels.filter((box) => box.checked).map((box) => box.value));
    let number = 0;
    for (const one of findings) {
      one.hidden = !(chosen.has(one.dataset.level) && (!rule.value || rule.value === one.dataset.rule) &&
        wanted.every((word) => words.get(one).includes(word)));
      number += !one.hidden;
    }
    for (const [link, ids] of marks) {
      const first = ids.find((id) => !document.getElementById(id).hidden);
      link.classList.toggle("off", !first);
      if (first) link.href = `#${first}`;
    }
    for (const draft of drafts) draft.hidden = !draft.querySelector(".finding:not([hidden])");
    document.querySelector("#none").hidden = number > 0;
    shown.textContent = number === findings.length ? `${number} findings` : `${number} of ${findings.length} findings`;
  };

  const visit = (one) => {
    one.focus();
    one.scrollIntoView({ block: "nearest" });
    for (const [link, ids] of marks) link.classList.toggle("active", ids.includes(one.id));
    document.querySelector(".mark.active")?.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const open = findings.filter((one) => !one.hidden);
    const at = open.indexOf(document.activeElement?.closest(".finding"));
    const next = at < 0 ? (by > 0 ? 0 : open.length - 1) : at + by;
    if (open[next]) visit(open[next]);
  };

  for (const one of [search, rule, ...levels]) one.addEventListener("input", filter);
  document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
  for (const [link] of marks) link.addEventListener("click", (event) => {
    event.preventDefault();
    if (!link.classList.contains("off")) visit(document.querySelector(link.getAttribute("href")));
  });
  for (const one of findings) one.addEventListener("click", (event) => {
    if (!event.target.closest("summary, a")) visit(one);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape" && event.target === search) { search.value = ""; filter(); search.blur(); }
    if (typing) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });
  const unfold = (open) => document.querySelectorAll("details").forEach((one) => { one.open = open; });
  window.addEventListener("beforeprint", () => unfold(true));
  window.addEventListener("afterprint", () => unfold(false));
  filter();
})();
