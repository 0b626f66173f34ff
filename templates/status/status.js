// 絞り込み。これがなくても、頁の中身はすべて読める。
(() => {
  "use strict";
  const form = document.getElementById("filter");
  const told = document.getElementById("told");
  const rows = [...document.querySelectorAll("[data-item]")];
  const sections = [...document.querySelectorAll("[data-of-section]")];
  const empties = [...document.querySelectorAll("[data-empty]")];
  const total = new Set(rows.map((row) => row.dataset.item)).size;
  const names = ["policy", "section", "stage"];

  function wanted() {
    const chosen = {};
    for (const name of names) if (form.elements[name].value) chosen[name] = form.elements[name].value;
    return chosen;
  }

  function matches(row, chosen) {
    return Object.entries(chosen).every(([name, value]) =>
      value === "late" ? row.dataset.late === "1" : row.dataset[name] === value,
    );
  }

  function show() {
    const chosen = wanted();
    const seen = new Set();
    const seenSections = new Set();
    for (const row of rows) {
      row.hidden = !matches(row, chosen);
      if (!row.hidden) {
        seen.add(row.dataset.item);
        seenSections.add(row.dataset.section);
      }
    }
    for (const row of sections) row.hidden = !seenSections.has(row.dataset.ofSection);
    for (const one of empties) one.hidden = seen.size > 0;
    const filtered = Object.keys(chosen).length > 0;
    const words = names
      .filter((name) => chosen[name])
      .map((name) => form.elements[name].selectedOptions[0].textContent.trim());
    told.textContent = filtered
      ? `絞り込み: ${words.join("、")}　${total}件のうち${seen.size}件を表示しています。`
      : `${total}件すべてを表示しています。`;
  }

  form.hidden = false;
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  show();
})();
