// malloc's arenas: memory in use, and memory that was freed and is retained.

const MALLOC_PARTS = [
  ["tracked", "malloc-jvm", "in use, tracked by NMT"],
  ["untracked", "malloc", "in use, not in NMT"],
  ["free", "free", "freed but retained"],
  ["overhead", "named", "malloc’s own overhead"],
  ["not_walked", "unexplained", "not analysed"],
];

chart("malloc", (canvas, width) => {
  const { arenas, told_apart } = report.malloc;
  const parts = MALLOC_PARTS.map((part) => (part[0] === "untracked" && !told_apart ? ["untracked", "malloc", "in use"] : part))
    .filter(([field]) => arenas.some((arena) => arena[field] > 0));
  const wide = width >= 620;
  const left = wide ? 190 : 0, right = wide ? width - 90 : width;
  const rowHeight = wide ? 26 : 42, top = 28;
  const height = top + arenas.length * rowHeight + 4;
  legendIn(canvas, parts.map(([, family, text]) => [`f-${family}`, text]));
  const svg = svgIn(canvas, width, height, "malloc arenas",
    arenas.slice(0, 8).map((arena) => `${arena.name}: ${mib(arena.resident)} MiB resident`).join("; "));
  canvas.prepend(canvas.querySelector(".legend"));
  const sum = (arena) => d3.sum(parts, ([field]) => arena[field]);
  const x = d3.scaleLinear().domain([0, Math.max(1, d3.max(arenas, sum))]).range([left, right]);
  axisOfMib(svg, x, top - 6, height - top, wide ? 6 : 4);
  const groups = svg.append("g").selectAll("g").data(arenas).join("g").attr("class", "row")
    .attr("transform", (arena, i) => `translate(0,${top + i * rowHeight})`);
  const barTop = wide ? 5 : 22, bar = 16;
  groups.each(function (arena) {
    let at = left;
    for (const [field, family] of parts) {
      const size = arena[field] > 0 ? Math.max(1, x(arena[field]) - x(0)) : 0;
      d3.select(this).append("rect").attr("class", `f f-${family}`).attr("data-part", field).attr("data-bytes", arena[field])
        .attr("x", at).attr("y", barTop).attr("width", size).attr("height", bar);
      layTexture(d3.select(this), family, at, barTop, size, bar);
      at += size;
    }
  });
  groups.append("text").attr("x", 0).attr("y", wide ? barTop + bar / 2 + 4.5 : 15).text((arena) => cutTo(arena.name, wide ? left - 12 : width - 100));
  groups.append("text").attr("x", width).attr("y", wide ? barTop + bar / 2 + 4.5 : 15).attr("text-anchor", "end")
    .text((arena) => `${mib(arena.resident)} MiB`);
});
