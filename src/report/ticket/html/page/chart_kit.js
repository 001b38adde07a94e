// What all charts share. They are drawn by d3 as SVG into the width that there is, and drawn again when that changes.

const report = JSON.parse(document.getElementById("data").textContent);

const FAMILIES = {
  "jvm": "JVM, mapped by it",
  "malloc-jvm": "JVM, from malloc",
  "malloc": "malloc outside NMT",
  "free": "freed, kept by malloc",
  "file": "files",
  "stack": "stacks outside NMT",
  "named": "named, or the kernel's",
  "unexplained": "unexplained",
  "empty": "nothing resident",
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
    .attr("role", "img").attr("aria-labelledby", `${id}-title ${id}-text`);
  svg.append("title").attr("id", `${id}-title`).text(title);
  svg.append("desc").attr("id", `${id}-text`).text(description);
  canvas.prepend(svg.node());
  return svg;
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
  const list = element("ul", { class: "legend" });
  for (const [swatch, text] of entries) {
    list.append(element("li", {}, element("i", { class: `swatch ${swatch}` }), text));
  }
  canvas.prepend(list);
  return list;
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
