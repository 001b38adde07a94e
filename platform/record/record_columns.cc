#include "platform/record/record_columns.h"

#include <array>
#include <string_view>

#include "platform/record/record_numbers.h"

namespace nmtx {
namespace {

using stored::Number;

// What a column is written from, and read into. Columns are read in the order of the table.
struct Written {
    std::int64_t run = 0;
    SampleTime time;  // with the place on the file's time line
    const Sample& sample;
};
using Put = Number (*)(const Written& row);
using Take = void (*)(SampleRow& row, Number number);

struct SampleColumn {
    std::string_view name;
    std::string_view type;
    bool begins_line;  // of the statement that makes the table: SQLite keeps it as it was written
    Put put;
    Take take;
};

constexpr std::string_view whole = "INTEGER NOT NULL";
constexpr std::string_view may_be_null = "INTEGER";

void assign(Bytes& into, Number number) {
    into = stored::bytes(number.value_or(0));
}
void assign(std::optional<Bytes>& into, Number number) {
    into = stored::bytes(number);
}
void assign(std::optional<std::uint64_t>& into, Number number) {
    into = stored::count(number);
}
void assign(bool& into, Number number) {
    into = number.value_or(0) != 0;
}

Number put_run(const Written& row) {
    return row.run;
}
void take_run(SampleRow& row, Number number) {
    row.run = number.value_or(0);
}

Number put_depth(const Written& row) {
    return row.sample.depth == Depth::full ? 1 : 0;
}
void take_depth(SampleRow& row, Number number) {
    row.sample.depth = number.value_or(0) != 0 ? Depth::full : Depth::light;
}

Number put_uptime(const Written& row) {
    return stored::thousandths(row.sample.uptime_s);
}
void take_uptime(SampleRow& row, Number number) {
    row.sample.uptime_s = static_cast<double>(number.value_or(0)) / 1000;
}

// Each of these makes a column from members.
template <std::int64_t SampleTime::* member>
constexpr SampleColumn time_of(std::string_view name, bool begins_line = false) {
    return {
        name, whole, begins_line, [](const Written& row) { return Number(row.time.*member); },
        [](SampleRow& row, Number number) { row.sample.time.*member = stored::time(number.value_or(0)); }};
}

template <auto member>
constexpr SampleColumn figure(std::string_view name, std::string_view type, bool begins_line = false) {
    return {name, type, begins_line,
            [](const Written& row) { return Number(stored::number(row.sample.*member)); },
            [](SampleRow& row, Number number) { assign(row.sample.*member, number); }};
}

template <auto group, auto member>
Number put_part(const Written& row) {
    const auto& part = row.sample.*group;
    return part ? Number(stored::number((*part).*member)) : std::nullopt;
}

// A figure of a part that a sample may have or not: the first one of the part is there where the part is.
template <auto group, auto member>
constexpr SampleColumn first_of_part(std::string_view name, bool begins_line = false) {
    return {name, may_be_null, begins_line, put_part<group, member>, [](SampleRow& row, Number number) {
                if (number) assign((row.sample.*group).emplace().*member, number);
            }};
}

template <auto group, auto member>
constexpr SampleColumn of_part(std::string_view name, bool begins_line = false) {
    return {name, may_be_null, begins_line, put_part<group, member>, [](SampleRow& row, Number number) {
                if (auto& part = row.sample.*group) assign((*part).*member, number);
            }};
}

template <double SampleCost::* member>
constexpr SampleColumn cost(std::string_view name, bool begins_line = false) {
    return {name, whole, begins_line,
            [](const Written& row) { return Number(stored::thousandths(row.sample.cost.*member)); },
            [](SampleRow& row, Number number) {
                row.sample.cost.*member = static_cast<double>(number.value_or(0)) / 1000;
            }};
}

// Those behind `id`.
constexpr std::array columns{
    SampleColumn{"run", "INTEGER NOT NULL REFERENCES run(id)", false, put_run, take_run},
    time_of<&SampleTime::line_ms>("line_ms"),
    time_of<&SampleTime::wall_ms>("wall_ms"),
    time_of<&SampleTime::boot_ms>("boot_ms", true),
    SampleColumn{"depth", whole, false, put_depth, take_depth},
    SampleColumn{"uptime_ms", whole, false, put_uptime, take_uptime},
    figure<&Sample::rss>("rss", whole),
    figure<&Sample::threads>("threads", may_be_null),
    figure<&Sample::heap_used>("heap_used", may_be_null, true),
    figure<&Sample::collections>("collections", may_be_null),
    figure<&Sample::cgroup_current>("cgroup_current", may_be_null),
    figure<&Sample::cgroup_limit>("cgroup_limit", may_be_null),
    first_of_part<&Sample::nmt, &NmtSample::committed>("nmt_committed"),
    of_part<&Sample::nmt, &NmtSample::malloc>("nmt_malloc", true),
    first_of_part<&Sample::malloc, &MallocSample::live>("malloc_live"),
    of_part<&Sample::malloc, &MallocSample::untracked>("malloc_untracked"),
    of_part<&Sample::malloc, &MallocSample::free>("malloc_free"),
    of_part<&Sample::malloc, &MallocSample::told_apart>("malloc_told_apart"),
    cost<&SampleCost::attach_ms>("attach_us", true),
    cost<&SampleCost::cpu_ms>("cpu_us"),
    cost<&SampleCost::wall_ms>("wall_us"),
};

std::string column_names() {
    std::string names;
    for (const SampleColumn& column : columns) names.append(names.empty() ? "" : ", ").append(column.name);
    return names;
}

}  // namespace

std::string sample_table() {
    std::string sql = "CREATE TABLE sample(\n  id INTEGER PRIMARY KEY";
    for (const SampleColumn& column : columns)
        sql.append(column.begins_line ? ",\n  " : ", ").append(column.name).append(" ").append(column.type);
    return sql + ")";
}

std::string insert_into_sample() {
    std::string places;
    for (std::size_t i = 0; i < columns.size(); ++i) places.append(i == 0 ? "?" : ",?");
    return "INSERT INTO sample(" + column_names() + ") VALUES(" + places + ")";
}

std::string select_samples() {
    return "SELECT id, " + column_names() + " FROM sample";
}

void bind_sample(Statement& insert, std::int64_t run, std::int64_t line_ms, const Sample& sample) {
    const Written row{run, {line_ms, sample.time.wall_ms, sample.time.boot_ms}, sample};
    int parameter = 0;
    for (const SampleColumn& column : columns) insert.bind(parameter++, column.put(row));
}

SampleRow sample_of_row(const Statement& row) {
    SampleRow read;
    read.id = row.number(0);
    int at = 1;
    for (const SampleColumn& column : columns) column.take(read, row.optional_number(at++));
    return read;
}

}  // namespace nmtx
