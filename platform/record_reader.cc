// Reads a record back.
#include <algorithm>
#include <map>

#include "platform/record_store.h"

namespace nmtx {
namespace {

// No file of ours has a negative size; a forged one must not become a huge one.
std::uint64_t amount(std::int64_t number) {
    return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

// A time of some hundred thousand years at the most, so that differences of two do not overflow.
std::int64_t time_of(std::int64_t ms) {
    constexpr std::int64_t most = std::int64_t{1} << 53;
    return std::clamp(ms, -most, most);
}

std::optional<Bytes> bytes_of(std::optional<std::int64_t> number) {
    if (!number) return std::nullopt;
    return Bytes(amount(*number));
}

std::optional<std::uint64_t> count_of(std::optional<std::int64_t> number) {
    if (!number) return std::nullopt;
    return amount(*number);
}

class RecordReader {
  public:
    explicit RecordReader(RecordDatabase& database) : database_(&database) {}
    Expected<std::vector<RecordedSeries>> read(std::int64_t from_ms);

  private:
    template <typename Row>
    Expected<void> each(std::string_view sql, std::optional<std::int64_t> parameter, Row row) {
        auto query = database_->prepare(sql);
        if (!query) return tl::make_unexpected(query.error());
        if (parameter) query->bind(0, *parameter);
        auto more = database_->step(*query);
        for (; more && *more; more = database_->step(*query)) row(*query);
        if (!more) return tl::make_unexpected(more.error());
        return {};
    }
    Expected<void> read_runs();
    Expected<void> read_samples(std::int64_t from_ms);
    Expected<void> read_owners(std::int64_t from_id);
    Expected<void> read_categories(std::int64_t from_id);
    Sample* find(std::int64_t id);

    RecordDatabase* database_;
    std::vector<RecordedSeries> series_;
    std::map<std::int64_t, std::size_t> run_index_;
    // Ascending by id: run and place of the sample there.
    std::vector<std::pair<std::int64_t, std::pair<std::size_t, std::size_t>>> places_;
};

Sample sample_of_row(const Statement& row) {
    Sample sample;
    sample.time = {time_of(row.number(2)), time_of(row.number(3)), time_of(row.number(4))};
    sample.depth = row.number(5) != 0 ? Depth::full : Depth::light;
    sample.uptime_s = static_cast<double>(row.number(6)) / 1000;
    sample.rss = Bytes(amount(row.number(7)));
    sample.threads = count_of(row.optional_number(8));
    sample.heap_used = bytes_of(row.optional_number(9));
    sample.collections = count_of(row.optional_number(10));
    sample.cgroup_current = bytes_of(row.optional_number(11));
    sample.cgroup_limit = bytes_of(row.optional_number(12));
    if (const auto committed = row.optional_number(13))
        sample.nmt = NmtSample{Bytes(amount(*committed)), Bytes(amount(row.number(14))), {}};
    if (const auto live = row.optional_number(15)) {
        sample.malloc = MallocSample{Bytes(amount(*live)), Bytes(amount(row.number(16))),
                                     Bytes(amount(row.number(17))), row.number(18) != 0};
    }
    const auto ms = [&](int column) { return static_cast<double>(row.number(column)) / 1000; };
    sample.cost = {ms(19), ms(20), ms(21)};
    return sample;
}

Expected<void> RecordReader::read_runs() {
    return each(
        "SELECT id, pid, start_ticks, boot_id, command, java, gc, nmt_level, nmtx_version, physical_memory, "
        "ended_ms, end "
        "FROM run ORDER BY id",
        std::nullopt, [&](const Statement& row) {
            RecordedRun run;
            run.id = row.number(0);
            run.pid = amount(row.number(1));
            run.start_ticks = amount(row.number(2));
            run.boot_id = row.text(3);
            run.command = row.text(4);
            run.java = row.text(5);
            run.gc = row.text(6);
            run.nmt_level = row.text(7);
            run.nmtx_version = row.text(8);
            run.physical_memory = bytes_of(row.optional_number(9));
            run.ended_ms = row.optional_number(10);
            run.end = row.text(11);
            run_index_[run.id] = series_.size();
            series_.push_back({std::move(run), {}});
        });
}

Expected<void> RecordReader::read_samples(std::int64_t from_ms) {
    return each(
        "SELECT id, run, line_ms, wall_ms, boot_ms, depth, uptime_ms, rss, threads, heap_used, collections, "
        "cgroup_current, cgroup_limit, nmt_committed, nmt_malloc, malloc_live, malloc_untracked, "
        "malloc_free, "
        "malloc_told_apart, attach_us, cpu_us, wall_us FROM sample WHERE line_ms >= ? ORDER BY id",
        from_ms, [&](const Statement& row) {
            const auto run = run_index_.find(row.number(1));
            if (run == run_index_.end()) return;
            std::vector<Sample>& samples = series_[run->second].samples;
            places_.push_back({row.number(0), {run->second, samples.size()}});
            samples.push_back(sample_of_row(row));
        });
}

Sample* RecordReader::find(std::int64_t id) {
    const auto place =
        std::lower_bound(places_.begin(), places_.end(), id,
                         [](const auto& one, std::int64_t wanted) { return one.first < wanted; });
    if (place == places_.end() || place->first != id) return nullptr;
    return &series_[place->second.first].samples[place->second.second];
}

Expected<void> RecordReader::read_owners(std::int64_t from_id) {
    return each(
        "SELECT sample, path, bytes FROM resident JOIN owner ON owner.id = resident.owner WHERE sample >= ?",
        from_id, [&](const Statement& row) {
            if (Sample* sample = find(row.number(0)))
                sample->owners.push_back({row.text(1), Bytes(amount(row.number(2)))});
        });
}

Expected<void> RecordReader::read_categories(std::int64_t from_id) {
    return each(
        "SELECT sample, name, committed, malloc, count FROM nmt JOIN category ON category.id = nmt.category "
        "WHERE "
        "sample >= ?",
        from_id, [&](const Statement& row) {
            Sample* sample = find(row.number(0));
            if (sample == nullptr || !sample->nmt) return;
            sample->nmt->categories.push_back({row.text(1), Bytes(amount(row.number(2))),
                                               Bytes(amount(row.number(3))),
                                               count_of(row.optional_number(4))});
        });
}

Expected<std::vector<RecordedSeries>> RecordReader::read(std::int64_t from_ms) {
    if (auto done = read_runs(); !done) return tl::make_unexpected(done.error());
    if (auto done = read_samples(from_ms); !done) return tl::make_unexpected(done.error());
    if (places_.empty()) return std::move(series_);
    const std::int64_t from_id = places_.front().first;
    if (auto done = read_owners(from_id); !done) return tl::make_unexpected(done.error());
    if (auto done = read_categories(from_id); !done) return tl::make_unexpected(done.error());
    // They are, in a file that we have written.
    for (RecordedSeries& one : series_) {
        std::stable_sort(one.samples.begin(), one.samples.end(),
                         [](const Sample& a, const Sample& b) { return a.time.line_ms < b.time.line_ms; });
    }
    return std::move(series_);
}

}  // namespace

Expected<std::vector<RecordedSeries>> read_record(const std::string& path, std::int64_t window_ms) {
    auto database = RecordDatabase::open_for_reading(path);
    if (!database) return tl::make_unexpected(database.error());
    // One transaction: a recorder may add to the file meanwhile.
    if (auto begun = database->execute("BEGIN"); !begun) return tl::make_unexpected(begun.error());
    std::int64_t from = INT64_MIN;
    if (window_ms > 0) {
        const auto last = database->number("SELECT coalesce(max(line_ms), 0) FROM sample");
        if (!last) return tl::make_unexpected(last.error());
        from = *last - window_ms;
    }
    return RecordReader(*database).read(from);
}

}  // namespace nmtx
