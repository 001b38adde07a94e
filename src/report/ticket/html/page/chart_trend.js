// Owners over time as one stack of areas, with a cursor that reads them. Flat ones are hidden until they are asked for.

function rateText(band) {
  if (band.per_second === null) return "";
  const hourly = band.per_second * 3600 / MEBIBYTE;
  return `${Math.abs(hourly) < 0.05 ? "0.0" : (hourly > 0 ? "+" : "−") + Math.abs(hourly).toFixed(1)} MiB/h`;
}

function courseText(band) {
  return [band.verdict, rateText(band)].filter(Boolean).join(", ");
}

// The RSS at a time: the nearest sample's.
function rssAt(points, time) {
  return points.length === 0 ? null
    : points.reduce((best, point) => (Math.abs(point[0] - time) < Math.abs(best[0] - time) ? point : best))[1];
}

// The bands from the bottom up: flat ones, the largest first, then what moves, leaks at the top. Bands of one colour differ in shade.
function stackOf(trend, withFlat) {
  const shades = new Map(), seen = {};
  for (const band of trend.bands) shades.set(band, ["", "second", "third"][(seen[band.family] = (seen[band.family] ?? -1) + 1) % 3]);
  const bands = [...trend.bands.filter((band) => band.flat && withFlat), ...trend.bands.filter((band) => !band.flat).reverse()];
  const sums = trend.times.map(() => 0);
  return bands.map((band) => ({
    band, shade: shades.get(band), layer: band.values.map((value, i) => [sums[i], sums[i] += value]),
  }));
}

// What the bands are at the cursor, and their legend: top band first.
function readingsIn(canvas, stack) {
  canvas.querySelector(".readings")?.remove();
  const list = element("ul", { class: "legend readings", role: "list" });
  for (const { band, shade } of [...stack].reverse()) {
    const texture = TEXTURES[band.family] ? ` t-${TEXTURES[band.family]}` : "";
    list.append(element("li", {}, element("i", { class: `swatch f-${band.family}${texture} ${shade}` }),
      element("span", { class: "name" }, `${band.name} (${courseText(band)})`),
      element("span", { class: "value" })));
  }
  canvas.append(list);
  return [...list.querySelectorAll(".value")].reverse();
}

function flatSwitch(canvas, trend) {
  if (trend.flat === 0 || canvas.parentElement.querySelector(".trend-tools")) return;
  const last = d3.sum(trend.bands.filter((band) => band.flat), (band) => band.values[band.values.length - 1]);
  const what = `${trend.flat} flat owner${trend.flat === 1 ? "" : "s"} (${mib(last)} MiB)`;
  const button = element("button", { type: "button", id: "trend-flat", textContent: `Show ${what}` });
  button.addEventListener("click", () => {
    canvas.withFlat = !canvas.withFlat;
    button.textContent = `${canvas.withFlat ? "Hide" : "Show"} ${what}`;
    announce(`${what} ${canvas.withFlat ? "shown" : "hidden"}`);
    charts.get("trend")(canvas, Math.floor(canvas.clientWidth));
  });
  canvas.before(element("div", { class: "trend-tools" }, button));
}

function drawBands(svg, stack, x, y, times) {
  const area = d3.area().x((pair, i) => x(times[i])).y0((pair) => y(pair[0])).y1((pair) => y(pair[1]));
  const groups = svg.append("g").selectAll("g").data(stack).join("g");
  groups.append("path").attr("class", ({ band, shade }) => `f band f-${band.family} ${shade}`).attr("data-points", times.length)
    .attr("data-bytes", ({ band }) => band.values[band.values.length - 1]).attr("d", ({ layer }) => area(layer));
  groups.append("path").attr("class", "over").attr("fill", ({ band }) => textureOf(svg, band.family) ?? "none")
    .attr("d", ({ layer }) => area(layer));
}

// Names stand in their bands where these are high enough at the right.
function nameBands(svg, stack, x, y, times, right) {
  const last = times.length - 1;
  let free = Infinity;
  for (const { band, layer } of stack) {
    const [bottom, top] = layer[last], middle = (y(bottom) + y(top)) / 2;
    if (y(bottom) - y(top) < 16 || middle + 12 > free) continue;
    free = middle;
    svg.append("text").attr("class", "small over").attr("aria-hidden", "true").attr("x", right - 6).attr("y", middle + 4)
      .attr("text-anchor", "end").text(cutTo(band.name.slice(band.name.lastIndexOf("/") + 1), (right - x(0)) / 2, 12));
  }
}

chart("trend", (canvas, width) => {
  const { trend } = report, { times, from_ms, span_s } = trend;
  if (times.length === 0) return;
  flatSwitch(canvas, trend);
  const stack = stackOf(trend, canvas.withFlat);
  const left = 48, right = width - 4, top = 10, height = width >= 620 ? 300 : 240, bottom = height - 24;
  const totals = times.map((time, i) => d3.sum(stack, ({ band }) => band.values[i]));
  const rssShown = canvas.withFlat || trend.flat === 0;
  const most = Math.max(1, d3.max(totals), rssShown ? d3.max(trend.rss, (point) => point[1]) : 0);
  const svg = svgIn(canvas, width, height, "Resident memory over time, by owner",
    `RSS: ${trend.rss_verdict}. ` + [...stack].reverse().map(({ band }) => `${band.name}: ${courseText(band)}`).join("; ") +
    ". Use the slider below to read the figures.");
  const x = d3.scaleLinear().domain([0, Math.max(1, span_s)]).range([left, right]);
  const y = d3.scaleLinear().domain([0, most]).range([bottom, top]);
  const clock = d3.utcFormat(span_s > 172800 ? "%b %d" : span_s > 600 ? "%H:%M" : "%H:%M:%S");
  const mebi = d3.scaleLinear().domain([0, most / MEBIBYTE]).range([bottom, top]);
  const axis = svg.append("g").attr("class", "axis").attr("aria-hidden", "true").attr("transform", `translate(${left},0)`);
  axis.call(d3.axisLeft(mebi).ticks(5).tickSize(left - right).tickPadding(6).tickFormat((value) => (value === 0 ? "0 MiB" : value.toLocaleString("en"))));
  drawBands(svg, stack, x, y, times);
  if (rssShown) {
    svg.append("path").attr("class", "curve s f-rss").attr("data-points", trend.rss.length)
      .attr("d", d3.line().x((point) => x(point[0])).y((point) => y(point[1]))(trend.rss));
  }
  nameBands(svg, stack, x, y, times, right);
  const label = (at, anchor, time) => svg.append("text").attr("class", "muted small").attr("x", at).attr("y", height - 6)
    .attr("text-anchor", anchor).text(`${clock(new Date(from_ms + time * 1000))} UTC`);
  label(left, "start", 0);
  label(right, "end", span_s);
  if (width >= 620) label((left + right) / 2, "middle", span_s / 2);

  const line = svg.append("line").attr("class", "cursor").attr("y1", top).attr("y2", bottom);
  const values = readingsIn(canvas, stack);
  const exact = d3.utcFormat(span_s > 172800 ? "%b %d %H:%M" : "%H:%M:%S");
  canvas.chooseTime = (i) => {
    const input = canvas.querySelector(".walk input"), rss = rssAt(trend.rss, times[i]);
    line.attr("x1", x(times[i])).attr("x2", x(times[i]));
    stack.forEach(({ band }, k) => { values[k].textContent = `${mib(band.values[i])} MiB`; });
    const head = `${exact(new Date(from_ms + times[i] * 1000))} UTC: RSS ${rss === null ? "unknown" : `${mib(rss)} MiB`}, ` +
      `shown ${mib(totals[i])} MiB`;
    input.value = i;
    const readings = [...stack].reverse().map(({ band }) => `${band.name} ${mib(band.values[i])} MiB`);
    input.setAttribute("aria-valuetext", [head, ...readings].join("; "));
    canvas.querySelector(".walk output").textContent = head;
  };
  const input = startWalk(canvas, "trend-cursor", times.length, "Walk through time", "Point at a time, or use the slider or the arrow keys.",
    (i) => canvas.chooseTime(i));
  canvas.append(canvas.querySelector(".readings"));
  svg.node().addEventListener("pointermove", (event) => {
    const frame = svg.node().getBoundingClientRect();
    const at = x.invert((event.clientX - frame.left) * width / frame.width);
    canvas.chooseTime(times.reduce((best, time, i) => (Math.abs(time - at) < Math.abs(times[best] - at) ? i : best), 0));
  });
  if (!canvas.walked) input.value = times.length - 1;
  canvas.walked = true;
  canvas.chooseTime(Number(input.value));
});
