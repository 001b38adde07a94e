// Committed and resident memory of each NMT category, or of each JVM area without NMT.

chart("categories", (canvas, width) => {
  const all = report.categories;
  const small = (row) => Math.max(row.committed || 0, row.resident || 0) + row.malloc < 0.05 * MEBIBYTE;
  const rows = all.filter((row) => !small(row)).sort((a, b) => total(b) - total(a));
  const left_out = all.length - rows.length;
  const wide = width >= 620;
  const columns = report.nmt ? [["resident", "resident"], ["committed", "committed"], ["reserved", "reserved"]]
    : [["resident", "resident"], ["reserved", "reserved"]];
  const columnWidth = 84;
  const left = wide ? 170 : 0, right = wide ? width - columns.length * columnWidth - 8 : width;
  const rowHeight = wide ? 26 : 44, top = 28;
  const height = top + rows.length * rowHeight + (left_out > 0 ? 22 : 6);
  legendIn(canvas, report.nmt
    ? [["f-jvm", "resident"], ["f-jvm pale", "committed by mmap, not resident"], ["f-malloc-jvm striped", "malloc (NMT)"]]
    : [["f-jvm", "resident"]]);
  const svg = svgIn(canvas, width, height, report.nmt ? "Committed and resident, by NMT category" : "Resident, by JVM area",
    rows.slice(0, 6).map((row) => `${row.name}: ${mib(total(row))} MiB committed, ${row.resident === null ? "unknown" : mib(row.resident)} resident`).join("; "));
  canvas.prepend(canvas.querySelector(".legend"));
  const x = d3.scaleLinear().domain([0, Math.max(1, d3.max(rows, (row) => Math.max(total(row), row.resident || 0)) || 1)]).range([left, right]);
  axisOfMib(svg, x, top - 6, height - top - (left_out > 0 ? 16 : 0), wide ? 5 : 4);
  if (wide) {
    columns.forEach(([, title], k) => {
      svg.append("text").attr("class", "muted small").attr("text-anchor", "end").attr("y", 13)
        .attr("x", width - (columns.length - 1 - k) * columnWidth).text(k === 0 ? title + ", MiB" : title);
    });
  }
  const fill = stripes(svg);
  const groups = svg.append("g").selectAll("g").data(rows).join("g").attr("class", "row")
    .attr("transform", (row, i) => `translate(0,${top + i * rowHeight})`);
  const barTop = wide ? 6 : 24, bar = 14;
  const size = (bytes) => Math.max(bytes > 0 ? 1.5 : 0, x(bytes) - x(0));
  groups.append("rect").attr("class", "f f-jvm mapped").attr("x", left).attr("y", barTop).attr("height", bar)
    .attr("width", (row) => size(Math.max(row.committed || 0, row.resident || 0)));
  groups.append("rect").attr("class", "f f-jvm resident").attr("data-bytes", (row) => row.resident || 0).attr("x", left)
    .attr("y", barTop).attr("height", bar).attr("width", (row) => size(row.resident || 0));
  groups.filter((row) => row.malloc > 0).append("rect").attr("class", "malloc").attr("data-bytes", (row) => row.malloc)
    .attr("x", (row) => left + size(Math.max(row.committed || 0, row.resident || 0)) + 1).attr("y", barTop).attr("height", bar)
    .attr("width", (row) => size(row.malloc)).attr("fill", fill);
  groups.append("text").attr("y", wide ? barTop + bar / 2 + 4.5 : 16).attr("x", 0)
    .text((row) => cutTo(row.name, wide ? left - 12 : width - 190));
  const text = (bytes) => (bytes === null ? "–" : mib(bytes));
  const values = (row) => ({ resident: row.committed === 0 && !row.resident ? null : row.resident, committed: row.committed === null ? null : total(row), reserved: row.reserved });
  if (wide) {
    columns.forEach(([field], k) => {
      groups.append("text").attr("text-anchor", "end").attr("y", barTop + bar / 2 + 4.5).attr("class", k === 0 ? "" : "muted")
        .attr("x", width - (columns.length - 1 - k) * columnWidth).text((row) => text(values(row)[field]));
    });
  } else {
    groups.append("text").attr("class", "muted small").attr("text-anchor", "end").attr("x", width).attr("y", 16)
      .text((row) => report.nmt ? (values(row).resident === null ? `${text(total(row))} MiB` : `${text(row.resident)} of ${text(total(row))} MiB`) : `${text(row.resident)} MiB`);
  }
  if (left_out > 0) {
    svg.append("text").attr("class", "muted small").attr("y", height - 4)
      .text(`${left_out} more, each below 0.1 MiB`);
  }
});

function total(row) {
  return (row.committed || 0) + row.malloc;
}
