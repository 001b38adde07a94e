// RSS from the kernel's total through its owners to what nothing explains. Each owner's bar begins where the one before it ends.

function waterfallRows(data) {
  const rows = [{ name: "RSS (kernel)", family: "rss", from: 0, bytes: data.rss, level: 0, remark: "" }];
  let from = 0;
  for (const share of data.shares) {
    rows.push({ ...share, from, level: 0, remark: "" });
    let inside = from;
    for (const part of share.parts) {
      rows.push({ ...part, from: inside, level: 1 });
      inside += part.bytes;
    }
    from += share.bytes;
  }
  return rows;
}

// Behind the bar, or before it, where there is more room; cut where there is too little.
function placeRemark(row, x, left, right) {
  if (!row.remark) return null;
  const end = x(row.from + row.bytes) + 8, begin = x(row.from) - 8;
  const width = widthOf(row.remark, 12);
  if (right - end >= width) return { x: end, anchor: "start", text: row.remark };
  if (begin - left >= width) return { x: begin, anchor: "end", text: row.remark };
  const behind = right - end >= begin - left;
  const text = cutTo(row.remark, Math.max(right - end, begin - left), 12);
  return text.length > 12 ? { x: behind ? end : begin, anchor: behind ? "start" : "end", text } : null;
}

chart("waterfall", (canvas, width) => {
  const data = report.waterfall;
  const rows = waterfallRows(data);
  const wide = width >= 620;
  const amounts = Math.ceil(widthOf(`${mib(data.rss)} MiB`, 13, 600));
  const left = wide ? 190 : 0, right = wide ? width - amounts - 84 : width;
  const top = 28;
  const heights = rows.map((row) => (row.level === 0 ? 34 : 24) + (wide ? 0 : row.level === 0 ? 16 : 12));
  const tops = heights.reduce((sums, h) => [...sums, sums[sums.length - 1] + h], [0]);
  const height = top + tops[rows.length] + 4;
  const unexplained = data.shares.length ? data.shares[data.shares.length - 1].bytes : 0;
  const svg = svgIn(canvas, width, height, `RSS of ${mib(data.rss)} MiB by owner`,
    data.shares.map((s) => `${s.name} ${mib(s.bytes)} MiB`).join(", ") + `. Unexplained: ${mib(unexplained)} MiB.`);
  const x = d3.scaleLinear().domain([0, Math.max(1, data.rss)]).range([left, right]);
  axisOfMib(svg, x, top - 6, height - top, wide ? 6 : 4);

  const groups = svg.append("g").attr("class", "rows").selectAll("g").data(rows).join("g").attr("class", "row")
    .attr("transform", (row, i) => `translate(0,${top + tops[i]})`);
  const barHeight = (row) => (row.level === 0 ? 20 : 9);
  const barTop = (row, i) => heights[i] - barHeight(row) - (row.level === 0 ? 7 : wide ? 7 : 4);
  const middle = (row, i) => barTop(row, i) + barHeight(row) / 2;
  const textAt = (row, i) => (wide ? middle(row, i) + 4.5 : row.level === 0 ? 15 : 12);

  // From the end of each owner's bar to the begin of the next one's.
  const links = svg.insert("g", "g.rows");
  const owners = rows.map((row, i) => ({ row, i })).filter((entry) => entry.row.level === 0).slice(1);
  for (let k = 0; k + 1 < owners.length; ++k) {
    const { row, i } = owners[k], next = owners[k + 1];
    links.append("line").attr("class", "link").attr("x1", x(row.from + row.bytes)).attr("x2", x(row.from + row.bytes))
      .attr("y1", top + tops[i] + barTop(row, i) + barHeight(row))
      .attr("y2", top + tops[next.i] + barTop(next.row, next.i));
  }

  groups.append("rect").attr("class", (row) => `f f-${row.family}`).attr("data-bytes", (row) => row.bytes)
    .attr("data-level", (row) => row.level).attr("x", (row) => x(row.from)).attr("y", barTop).attr("rx", 2)
    .attr("width", (row) => Math.max(1.5, x(row.from + row.bytes) - x(row.from))).attr("height", barHeight);
  groups.each(function (row, i) {
    layTexture(d3.select(this), row.family, x(row.from), barTop(row, i), Math.max(1.5, x(row.from + row.bytes) - x(row.from)), barHeight(row));
  });
  groups.append("text").attr("x", (row) => (row.level === 0 ? 0 : 14)).attr("y", textAt)
    .attr("class", (row) => (row.level === 0 ? "strong" : "muted"))
    .text((row) => cutTo(row.name, wide ? left - (row.level === 0 ? 16 : 30) : width - amounts - 16));
  groups.append("text").attr("x", width).attr("y", textAt).attr("text-anchor", "end")
    .attr("class", (row) => (row.level === 0 ? "strong" : "muted"))
    .text((row) => `${mib(row.bytes)} MiB`);
  if (wide) {
    groups.append("text").attr("x", width - amounts - 16).attr("y", textAt).attr("text-anchor", "end").attr("class", "muted small")
      .text((row) => percentOf(row.bytes, data.rss));
  }
  groups.each(function (row, i) {
    const remark = wide ? placeRemark(row, x, left, right) : null;
    if (!remark) return;
    d3.select(this).append("text").attr("class", "muted small over").attr("x", remark.x).attr("y", middle(row, i) + 4)
      .attr("text-anchor", remark.anchor).text(remark.text);
  });
});
