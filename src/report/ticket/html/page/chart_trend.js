// Owners over time, a small picture for each: RSS first, then those that grow.

function valueText(series, value) {
  return series.count ? Math.round(value).toLocaleString("en") : `${mib(Math.max(0, value))} MiB`;
}

function rateText(series) {
  if (series.per_second === null) return "";
  const hourly = series.per_second * 3600 / (series.count ? 1 : MEBIBYTE);
  const text = Math.abs(hourly) < 0.05 ? "0.0" : (hourly > 0 ? "+" : "−") + Math.abs(hourly).toFixed(1);
  return `${text}${series.count ? "" : " MiB"}/h`;
}

chart("trend", (canvas, width) => {
  const { from_ms, span_s } = report.trend;
  const series = report.trend.series.filter((s) => s.points.length > 0);
  const columns = Math.max(1, Math.floor((width + 24) / 260));
  const panelWidth = (width - (columns - 1) * 24) / columns, panelHeight = 132, top = 40, plot = 60;
  const height = Math.ceil(series.length / columns) * panelHeight;
  const svg = svgIn(canvas, width, height, "Resident memory over time",
    series.map((s) => `${s.name}: ${s.verdict}, ${rateText(s)}`).join("; "));
  const x = d3.scaleLinear().domain([0, Math.max(1, span_s)]).range([0, panelWidth]);
  const clock = d3.utcFormat(span_s > 172800 ? "%b %d" : span_s > 600 ? "%H:%M" : "%H:%M:%S");
  const groups = svg.append("g").selectAll("g").data(series).join("g").attr("class", "panel")
    .attr("transform", (s, i) => `translate(${(i % columns) * (panelWidth + 24)},${Math.floor(i / columns) * panelHeight})`);
  groups.append("text").attr("class", "strong").attr("y", 13).text((s) => cutTo(s.name, panelWidth - 90));
  groups.append("text").attr("class", "small").attr("y", 13).attr("x", panelWidth).attr("text-anchor", "end")
    .text((s) => valueText(s, s.points[s.points.length - 1][1]));
  groups.append("text").attr("class", "muted small").attr("y", 30).text((s) => [s.verdict, rateText(s)].filter(Boolean).join(", "));
  groups.each(function (s) {
    const group = d3.select(this);
    const low = d3.min(s.points, (point) => point[1]), high = d3.max(s.points, (point) => point[1]);
    // What hardly moves is drawn as a line that hardly moves.
    const span = Math.max(high - low, Math.abs(high) * 0.05, s.count ? 1 : 64 * 1024);
    const bottom = Math.max(0, low - (span - (high - low)) / 2);
    const y = d3.scaleLinear().domain([bottom, bottom + span]).range([top + plot, top]);
    group.append("line").attr("class", "grid").attr("x1", 0).attr("x2", panelWidth).attr("y1", top + plot + 4).attr("y2", top + plot + 4);
    group.append("path").attr("class", `curve s f-${s.family}`).attr("data-points", s.points.length)
      .attr("d", d3.line().x((point) => x(point[0])).y((point) => y(point[1]))(s.points));
    group.append("text").attr("class", "muted small").attr("y", top + plot + 18).text(`${clock(new Date(from_ms))} UTC`);
    group.append("text").attr("class", "muted small").attr("y", top + plot + 18).attr("x", panelWidth).attr("text-anchor", "end")
      .text(clock(new Date(from_ms + span_s * 1000)));
  });
});
