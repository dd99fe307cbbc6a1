/**
 * The report's only script. It shows a crosshair and a table of values under the pointer, from the
 * JSON samples beside each chart. The report is complete without it.
 */
export const SCRIPT = `
for (const figure of document.querySelectorAll("figure.plot")) {
  const source = figure.querySelector("script");
  if (!source) continue;
  const { at, names, rows } = JSON.parse(source.textContent);
  if (at.length === 0) continue;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  figure.append(tip);
  const fill = (i) => {
    const time = document.createElement("b");
    time.textContent = rows[i][0];
    tip.replaceChildren(time, ...names.map((name, k) => {
      const row = document.createElement("div");
      for (const text of [name, rows[i][k + 1]]) {
        const cell = document.createElement("span");
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    }));
  };
  for (const svg of figure.querySelectorAll("svg")) {
    const { left, right, top, bottom } = svg.dataset;
    const cross = svg.querySelector(".cross");
    const hide = () => { tip.hidden = true; cross.removeAttribute("d"); };
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / box.width;
      const x = (event.clientX - box.left) * scale;
      const share = (x - left) / (right - left);
      if (share < -0.01 || share > 1.01) return hide();
      let low = 0, high = at.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (at[middle] < share) low = middle + 1; else high = middle;
      }
      if (low > 0 && share - at[low - 1] < at[low] - share) low--;
      const place = Number(left) + at[low] * (right - left);
      cross.setAttribute("d", "M" + place + " " + top + "V" + bottom);
      fill(low);
      tip.hidden = false;
      const outer = figure.getBoundingClientRect();
      const pixel = box.left - outer.left + place / scale;
      const beside = pixel + 14 + tip.offsetWidth <= outer.width ? pixel + 14 : pixel - 14 - tip.offsetWidth;
      tip.style.left = Math.max(0, Math.min(beside, outer.width - tip.offsetWidth)) + "px";
      tip.style.top = box.top - outer.top + Number(top) / scale + 6 + "px";
    });
  }
}
`.trim();
