// The address space as a line of ranges that is folded like text, low addresses first. A slider walks along it: by the pointer, by the
// keyboard, and aloud.

function stripText(strip) {
  const [begin, end, owner, , ranges, owners, mapped, resident] = strip;
  const who = owner || "nothing resident";
  const others = owners > 1 ? ` and ${owners - 1} more owner${owners > 2 ? "s" : ""}` : "";
  const many = ranges > 1 ? `${ranges.toLocaleString("en")} mappings, ` : "";
  return `${begin} to ${end}: ${who}${others}. ${many}${sizeOf(mapped)} mapped, ` +
    `${resident > 0 ? sizeOf(resident) : "nothing"} resident` +
    (resident > 0 && mapped > 0 ? ` (${percentOf(resident, mapped)})` : "") + ".";
}

// x, y and width of each, and where each line begins.
function foldStrips(strips, left, right, zoom) {
  const places = [], lines = [];
  let x = left, line = -1, end = null;
  strips.forEach((strip) => {
    const begin = parseInt(strip[0], 16);
    const width = Math.max(3, zoom * (2 + 7 * Math.log2(1 + strip[6] / (256 * 1024))));
    const gap = end !== null && begin > end;
    const space = gap ? 9 : 1;
    if (line < 0 || x + space + width > right) {
      lines.push({ address: strip[0] });
      ++line;
      x = left;
      places.push({ x, line, width: Math.min(width, right - left), gap: false });
    } else {
      places.push({ x: x + space, line, width, gap });
      x += space;
    }
    x += width;
    end = parseInt(strip[1], 16);
  });
  return { places, lines };
}

chart("map", (canvas, width) => {
  const strips = report.map;
  const wide = width >= 620;
  const left = wide ? 112 : 0, lineHeight = wide ? 40 : 48, bar = 28, top = wide ? 0 : 16;
  const { places, lines } = foldStrips(strips, left, width - 2, wide ? 1 : 0.8);
  const height = lines.length * lineHeight + 4;
  const families = [...new Set(strips.map((strip) => strip[3]))];
  legendIn(canvas, Object.keys(FAMILIES).filter((f) => families.includes(f))
    .map((f) => [`f-${f}`, f === "malloc" ? "malloc arenas and chunks" : FAMILIES[f]]));
  const svg = svgIn(canvas, width, height, "The address space, by owner",
    `${strips.length} ranges from ${strips[0][0]} to ${strips[strips.length - 1][1]}, in ${lines.length} lines. ` +
    "Use the slider below to walk along them; the table has their figures.");
  canvas.prepend(canvas.querySelector(".legend"));
  const y = (place) => top + place.line * lineHeight;

  svg.append("g").attr("aria-hidden", "true").selectAll("text").data(lines).join("text").attr("class", "muted small")
    .attr("x", 0).attr("y", (line, i) => (wide ? i * lineHeight + bar / 2 + 4 : i * lineHeight + 11))
    .text((line) => line.address);
  const groups = svg.append("g").selectAll("g").data(strips).join("g").attr("class", (strip) => `strip f-${strip[3]}`)
    .attr("transform", (strip, i) => `translate(${places[i].x},${y(places[i])})`);
  groups.append("rect").attr("class", "f mapped").attr("width", (strip, i) => places[i].width).attr("height", bar);
  const filled = (strip) => (strip[7] > 0 ? Math.max(1.5, Math.min(1, strip[7] / Math.max(1, strip[6])) * bar) : 0);
  groups.append("rect").attr("class", "f resident").attr("data-bytes", (strip) => strip[7])
    .attr("width", (strip, i) => places[i].width).attr("y", (strip) => bar - filled(strip)).attr("height", filled);
  groups.each(function (strip, i) {
    layTexture(d3.select(this), strip[3], 0, bar - filled(strip), places[i].width, filled(strip));
    const label = strip[2].slice(strip[2].lastIndexOf("/") + 1);
    const room = places[i].width - 6;
    if (!label || room < 24 || widthOf(label, 11.5) > room) return;
    d3.select(this).append("text").attr("class", "over").attr("aria-hidden", "true").attr("x", places[i].width / 2)
      .attr("y", bar / 2 + 4).attr("text-anchor", "middle").text(label);
  });
  svg.append("g").attr("class", "gaps").selectAll("circle").data(places.filter((place) => place.gap)).join("circle")
    .attr("class", "gap").attr("r", 1.5).attr("cx", (place) => place.x - 4.5).attr("cy", (place) => y(place) + bar / 2);

  const mark = svg.append("rect").attr("class", "chosen").attr("height", bar + 4).attr("rx", 2).style("display", "none");
  const choose = (i) => {
    const input = canvas.querySelector(".walk input");
    input.value = i;
    input.setAttribute("aria-valuetext", stripText(strips[i]));
    canvas.querySelector(".walk output").textContent = stripText(strips[i]);
    d3.select(canvas).select(".chosen").style("display", null).attr("x", places[i].x - 2).attr("y", y(places[i]) - 2)
      .attr("width", places[i].width + 4);
  };
  groups.each(function (strip, i) {
    this.addEventListener("pointerenter", () => choose(i));
    this.addEventListener("click", () => choose(i));
  });
  const input = startWalk(canvas, "walk", strips.length, "Walk through the address space",
    "Point at a range, or use the slider or the arrow keys.", (i) => canvas.chooseStrip(i));
  canvas.chooseStrip = choose;
  // At first the range with most resident memory.
  if (!canvas.walked) input.value = d3.range(strips.length).reduce((best, i) => (strips[i][7] > strips[best][7] ? i : best), 0);
  canvas.walked = true;
  choose(Number(input.value));
  mark.raise();
});
