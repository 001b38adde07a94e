// What all charts share. They are drawn by d3 as SVG into the width that there is, and drawn again when that changes.

const report = JSON.parse(document.getElementById("data").textContent);

const FAMILIES = {
  "jvm": "JVM mmap",
  "malloc-jvm": "JVM malloc",
  "malloc": "native malloc",
  "free": "freed but retained",
  "file": "files",
  "stack": "thread stacks (not in NMT)",
  "named": "named or kernel",
  "unexplained": "unexplained",
  "empty": "nothing resident",
};

// A second mark for each colour: no reader has to see the colours to distinguish the bars.
const TEXTURES = {
  "malloc-jvm": "counter",
  "malloc": "diagonal",
  "free": "dots",
  "file": "horizontal",
  "stack": "vertical",
  "named": "cross",
  "unexplained": "dense",
  "grown": "diagonal",
  "shrunk": "horizontal",
};
const TEXTURE_LINES = {
  diagonal: "M-1,1l2,-2M0,6l6,-6M5,7l2,-2",
  counter: "M-1,5l2,2M0,0l6,6M5,-1l2,2",
  horizontal: "M0,3h6",
  vertical: "M3,0v6",
  cross: "M0,3h6M3,0v6",
  dots: "M3,3h0",
  dense: "M0,1h6M0,3h6M0,5h6",
};

const MEBIBYTE = 1024 * 1024;

// One digit, a tie to the even one: as the tables' figures were rounded.
function oneDigit(value) {
  const tenths = value * 10, below = Math.floor(tenths);
  const rounded = tenths - below === 0.5 ? below + below % 2 : Math.round(tenths);
  return (rounded / 10).toFixed(1);
}

// The figures of the tables: "20.1", and "<0.1" for what is there but rounds to nothing.
function mib(bytes) {
  if (bytes === 0) return "0.0";
  const value = bytes / MEBIBYTE;
  return value < 0.05 ? "<0.1" : oneDigit(value);
}

function sizeOf(bytes) {
  if (bytes >= 1024 * 1024 * MEBIBYTE) return (bytes / MEBIBYTE / MEBIBYTE).toFixed(1) + " TiB";
  if (bytes >= 1024 * MEBIBYTE) return (bytes / MEBIBYTE / 1024).toFixed(1) + " GiB";
  if (bytes >= MEBIBYTE) return (bytes / MEBIBYTE).toFixed(1) + " MiB";
  return Math.ceil(bytes / 1024) + " KiB";
}

function percentOf(part, whole) {
  return whole > 0 ? oneDigit(100 * part / whole) + " %" : "";
}

const ruler = document.createElement("canvas").getContext("2d");
function widthOf(text, size = 13, weight = 400) {
  ruler.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(text).width;
}

// The text, cut to the room that there is; empty where not even three letters fit.
function cutTo(text, room, size = 13) {
  if (widthOf(text, size) <= room) return text;
  let end = text.length - 1;
  while (end > 2 && widthOf(text.slice(0, end) + "…", size) > room) --end;
  return end > 2 ? text.slice(0, end).trimEnd() + "…" : "";
}

let drawn = 0;

// An SVG that says what it is: role img with a title and a description.
function svgIn(canvas, width, height, title, description) {
  const id = `svg-${++drawn}`;
  canvas.querySelector("svg")?.remove();
  const svg = d3.create("svg").attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height)
    .attr("id", id).attr("role", "img").attr("aria-labelledby", `${id}-title ${id}-text`);
  svg.append("title").attr("id", `${id}-title`).text(title);
  svg.append("desc").attr("id", `${id}-text`).text(description);
  canvas.prepend(svg.node());
  return svg;
}

// The fill of the texture of areas that are no bars; null for a plain one.
function textureOf(svg, family) {
  const kind = TEXTURES[family];
  if (!kind) return null;
  const id = `${svg.attr("id")}-${kind}`;
  if (!document.getElementById(id)) {
    svg.append("defs").append("pattern").attr("id", id).attr("width", 6).attr("height", 6).attr("patternUnits", "userSpaceOnUse")
      .append("path").attr("class", `texture ${kind}`).attr("d", TEXTURE_LINES[kind]);
  }
  return `url(#${id})`;
}

// The lines of a texture within a bar, as a path. A pattern would be a picture of its own in each bar of a printed page.
function textureLines(kind, x, y, width, height) {
  const right = x + width, bottom = y + height, parts = [];
  const round = (value) => Number(value.toFixed(1));
  const line = (x1, y1, x2, y2) => parts.push(`M${round(x1)},${round(y1)}L${round(x2)},${round(y2)}`);
  const steps = (from, to, step, draw) => {
    if (to - from < step) draw((from + to) / 2);
    else for (let at = from + step / 2; at < to; at += step) draw(at);
  };
  const across = (step) => steps(y, bottom, step, (at) => line(x, at, right, at));
  const down = () => steps(x, right, 6, (at) => line(at, y, at, bottom));
  if (kind === "horizontal" || kind === "cross") across(6);
  if (kind === "dense") across(2);
  if (kind === "vertical" || kind === "cross") down();
  if (kind === "dots") steps(y, bottom, 6, (v) => steps(x, right, 6, (u) => parts.push(`M${round(u)},${round(v)}h0`)));
  // x + y, or x - y, is the same along a line.
  if (kind === "diagonal") steps(x + y, right + bottom, 6, (sum) => {
    const from = Math.max(x, sum - bottom), to = Math.min(right, sum - y);
    line(from, sum - from, to, sum - to);
  });
  if (kind === "counter") steps(x - bottom, right - y, 6, (difference) => {
    const from = Math.max(x, difference + y), to = Math.min(right, difference + bottom);
    line(from, from - difference, to, to - difference);
  });
  return parts.join("");
}

// Lays the texture of a family over a bar of the same place.
function layTexture(group, family, x, y, width, height) {
  const kind = TEXTURES[family];
  if (kind && width > 0 && height > 0) group.append("path").attr("class", `over texture ${kind}`).attr("d", textureLines(kind, x, y, width, height));
}

// Stripes of the colour of the text around, for what is counted and not measured.
function stripes(svg) {
  const id = `stripes-${drawn}`;
  const pattern = svg.append("defs").append("pattern").attr("id", id).attr("width", 5).attr("height", 5)
    .attr("patternUnits", "userSpaceOnUse").attr("patternTransform", "rotate(45)");
  pattern.append("rect").attr("width", 2.5).attr("height", 5).attr("class", "f f-malloc-jvm");
  return `url(#${id})`;
}

function axisOfMib(svg, scale, y, height, ticks) {
  // Ticks at round numbers of MiB, not of bytes.
  const mebi = d3.scaleLinear().domain(scale.domain().map((bytes) => bytes / MEBIBYTE)).range(scale.range());
  const axis = d3.axisTop(mebi).ticks(ticks).tickSize(-height).tickPadding(6)
    .tickFormat((value) => value.toLocaleString("en"));
  const group = svg.append("g").attr("class", "axis").attr("aria-hidden", "true").attr("transform", `translate(0,${y})`).call(axis);
  group.selectAll(".tick text").filter((value) => value === 0).text("0 MiB");
  // At the edges of the picture a number goes beside its tick.
  const width = svg.node().viewBox.baseVal.width;
  group.selectAll(".tick text").each(function (value) {
    const half = widthOf(this.textContent, 12) / 2 + 1, at = mebi(value);
    d3.select(this).attr("dx", at < half ? half - at : at + half > width ? width - at - half : 0);
  });
  return group;
}

// [[class of the swatch, text], …] as a list above the picture.
function legendIn(canvas, entries) {
  canvas.querySelector(".legend")?.remove();
  const list = element("ul", { class: "legend", role: "list" });
  for (const [swatch, text] of entries) {
    const family = swatch.split(" ")[0].slice(2);
    const texture = !swatch.includes(" ") && TEXTURES[family] ? ` t-${TEXTURES[family]}` : "";
    list.append(element("li", {}, element("i", { class: `swatch ${swatch}${texture}` }), text));
  }
  canvas.prepend(list);
  return list;
}

// A slider below a picture that walks from one of `count` places to the next: by the pointer, by the keyboard, and aloud.
function startWalk(canvas, id, count, name, hint, choose) {
  let walk = canvas.querySelector(".walk");
  if (walk) return walk.querySelector("input");
  const output = element("output", { for: id });
  const input = element("input", { type: "range", id, min: 0, max: count - 1, step: 1, value: 0 });
  input.setAttribute("aria-label", name);
  const label = element("label", { for: id }, hint);
  input.addEventListener("input", () => choose(Number(input.value)));
  walk = element("div", { class: "walk" }, label, input, output);
  canvas.append(walk);
  return input;
}

const charts = new Map();
// draw(canvas, width) is called at first and whenever the width has changed.
function chart(name, draw) {
  charts.set(name, draw);
}

function startCharts() {
  const widths = new WeakMap();
  const draw = (canvas) => {
    const width = Math.floor(canvas.clientWidth);
    if (width < 200 || widths.get(canvas) === width) return;
    widths.set(canvas, width);
    charts.get(canvas.dataset.chart)?.(canvas, width);
  };
  const observer = new ResizeObserver((entries) => {
    requestAnimationFrame(() => entries.forEach((entry) => draw(entry.target)));
  });
  for (const canvas of document.querySelectorAll(".canvas")) {
    draw(canvas);
    observer.observe(canvas);
  }
  for (const table of document.querySelectorAll(".as-table")) table.open = false;
}
