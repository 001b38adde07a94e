// The container next to the process: its limit, its usage by kind, and RSS.

chart("container", (canvas, width) => {
  const c = report.container;
  const cached = c.file === null ? 0 : Math.max(0, c.file - (c.active_file || 0) - (c.inactive_file || 0));
  const kinds = [["anon", "jvm", "anonymous", c.anon || 0], ["active", "file", "active files", c.active_file || 0],
    ["inactive", "file pale", "inactive files (reclaimed first)", c.inactive_file || 0], ["cached", "stack", "other files, shared memory", cached],
    ["kernel", "named", "kernel", c.kernel || 0], ["sock", "free", "sockets", c.sock || 0]].filter((kind) => kind[3] > 0);
  const rows = [["limit", c.limit], ["peak", c.peak], ["usage now", c.current], ["working set", c.working_set], ["RSS of the process", c.rss]]
    .filter((row) => row[1] !== null);
  const wide = width >= 620;
  const left = wide ? 170 : 0, right = wide ? width - 100 : width;
  const rowHeight = wide ? 30 : 44, top = 28;
  const height = top + rows.length * rowHeight + 4;
  legendIn(canvas, kinds.map(([, family, text]) => [family.split(" ").map((name, i) => (i === 0 ? `f-${name}` : name)).join(" "), text]));
  const svg = svgIn(canvas, width, height, "Memory of the container", rows.map(([name, bytes]) => `${name} ${mib(bytes)} MiB`).join(", "));
  canvas.prepend(canvas.querySelector(".legend"));
  const x = d3.scaleLinear().domain([0, Math.max(1, d3.max(rows, (row) => row[1]))]).range([left, right]);
  axisOfMib(svg, x, top - 6, height - top, wide ? 6 : 4);
  const barTop = wide ? 7 : 22, bar = 16;
  rows.forEach(([name, bytes], i) => {
    const group = svg.append("g").attr("class", "row").attr("transform", `translate(0,${top + i * rowHeight})`);
    const rect = (at, size, css) => group.append("rect").attr("class", css).attr("x", at).attr("y", barTop)
      .attr("width", Math.max(1, size)).attr("height", bar);
    if (name === "usage now") {
      let at = left;
      for (const [, family, , amount] of kinds) {
        rect(at, x(amount) - x(0), family.includes("pale") ? "f f-file mapped" : `f f-${family}`).attr("data-bytes", amount);
        if (!family.includes("pale")) layTexture(group, family, at, barTop, x(amount) - x(0), bar);
        at += x(amount) - x(0);
      }
      rect(left, x(bytes) - left, "outline");
    } else if (name === "limit" || name === "peak") {
      rect(left, x(bytes) - left, "outline");
    } else {
      rect(left, x(bytes) - left, "f f-rss");
    }
    group.append("text").attr("x", 0).attr("y", wide ? barTop + bar / 2 + 4.5 : 15).text(name);
    group.append("text").attr("x", width).attr("y", wide ? barTop + bar / 2 + 4.5 : 15).attr("text-anchor", "end").text(`${mib(bytes)} MiB`);
  });
  if (c.limit !== null) {
    svg.append("line").attr("class", "link").attr("x1", x(c.limit)).attr("x2", x(c.limit)).attr("y1", top).attr("y2", height);
  }
});
