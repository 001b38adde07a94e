// Reads a record back.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "change/split_runs.h"
#include "evidence/redact.h"
#include "platform/record/record_columns.h"
#include "platform/record/record_gaps.h"
#include "platform/record/record_numbers.h"
#include "platform/record/record_store.h"

namespace nmtx {
namespace {

// Names of owners and categories. Those of nmtx are a file's name at the longest, and a process has some
// hundred. More than that is not a real record, but an attempt to make a small file take much memory.
constexpr std::size_t longest_name = 1024;
constexpr std::size_t most_names = 1U << 16U;
constexpr std::size_t most_names_of_a_run = 4096;
// What the rows and their names may take in memory, by the length of the file; and how many points the
// owners' curves may have, by the number of rows: a JVM's owners hold something in most samples.
constexpr std::uint64_t least_room = std::uint64_t{32} << 20;
constexpr std::uint64_t room_for_a_byte = 7;
constexpr std::uint64_t least_points = std::uint64_t{8} << 20;
constexpr std::uint64_t points_for_a_row = 16;

class RecordReader {
  public:
    explicit RecordReader(RecordDatabase& database)
        : database_(&database), room_(least_room + room_for_a_byte * database.bytes()) {}
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
    using Names = std::unordered_map<std::int64_t, std::string>;
    Expected<Names> read_names(std::string_view sql);
    Expected<void> read_owners(std::int64_t from_id);
    Expected<void> read_categories(std::int64_t from_id);
    [[nodiscard]] Expected<void> check_points() const;
    [[nodiscard]] tl::unexpected<Error> too_much(std::string what) const;
    // A row keeps its name by itself: a long one in many rows is large in memory and small in the file.
    template <typename Row>
    bool take_room(const std::string& name) {
        const std::size_t size = sizeof(Row) + name.size();
        if (size > room_) return false;
        room_ -= size;
        return true;
    }
    using Place = std::pair<std::size_t, std::size_t>;  // run, and sample in it
    [[nodiscard]] std::optional<Place> place_of(std::int64_t id) const;
    Sample& sample_at(Place place) { return series_[place.first].samples[place.second]; }

    RecordDatabase* database_;
    std::vector<RecordedSeries> series_;
    std::map<std::int64_t, std::size_t> run_index_;
    std::vector<std::pair<std::int64_t, Place>> places_;  // ascending by id
    std::uint64_t room_;
    std::uint64_t rows_ = 0;  // of owners
    std::vector<std::unordered_set<std::int64_t>> owners_of_runs_;
};

Expected<void> RecordReader::read_runs() {
    return each(
        "SELECT id, pid, start_ticks, boot_id, command, java, gc, nmt_level, nmtx_version, physical_memory, "
        "ended_ms, end FROM run ORDER BY id",
        std::nullopt, [&](const Statement& row) {
            RecordedRun run;
            run.id = row.number(0);
            run.pid = stored::count(row.number(1));
            run.start_ticks = stored::count(row.number(2));
            run.boot_id = row.text(3);
            run.command = row.text(4);
            redact_options(run.command, " ");
            run.java = row.text(5);
            run.gc = row.text(6);
            run.nmt_level = row.text(7);
            run.nmtx_version = row.text(8);
            run.physical_memory = stored::bytes(row.optional_number(9));
            run.ended_ms = row.optional_number(10);
            run.end = row.text(11);
            run_index_[run.id] = series_.size();
            series_.push_back({std::move(run), {}, {}});
        });
}

Expected<void> RecordReader::read_samples(std::int64_t from_ms) {
    return each(select_samples() + " WHERE line_ms >= ? ORDER BY id", from_ms, [&](const Statement& row) {
        SampleRow read = sample_of_row(row);
        const auto run = run_index_.find(read.run);
        if (run == run_index_.end()) return;
        std::vector<Sample>& samples = series_[run->second].samples;
        places_.push_back({read.id, {run->second, samples.size()}});
        samples.push_back(std::move(read.sample));
    });
}

std::optional<RecordReader::Place> RecordReader::place_of(std::int64_t id) const {
    const auto place =
        std::lower_bound(places_.begin(), places_.end(), id,
                         [](const auto& one, std::int64_t wanted) { return one.first < wanted; });
    if (place == places_.end() || place->first != id) return std::nullopt;
    return place->second;
}

tl::unexpected<Error> RecordReader::too_much(std::string what) const {
    return failure(database_->path(), std::move(what), "name a file that nmtx record wrote");
}

Expected<RecordReader::Names> RecordReader::read_names(std::string_view sql) {
    Names names;
    bool too_long = false;
    auto query = database_->prepare(sql);
    if (!query) return tl::make_unexpected(query.error());
    auto more = database_->step(*query);
    for (; more && *more && names.size() <= most_names && !too_long; more = database_->step(*query)) {
        std::string name = query->text(1);
        too_long = name.size() > longest_name;
        names.emplace(query->number(0), std::move(name));
    }
    if (!more) return tl::make_unexpected(more.error());
    if (too_long) return too_much(fmt::format("holds a name of more than {} bytes", longest_name));
    if (names.size() > most_names) return too_much(fmt::format("holds more than {} names", most_names));
    return names;
}

// Rows that refer to nothing say nothing, as a join would have it.
Expected<void> RecordReader::read_owners(std::int64_t from_id) {
    const auto names = read_names("SELECT id, path FROM owner");
    if (!names) return tl::make_unexpected(names.error());
    owners_of_runs_.resize(series_.size());
    auto query = database_->prepare("SELECT sample, owner, bytes FROM resident WHERE sample >= ?");
    if (!query) return tl::make_unexpected(query.error());
    query->bind(0, from_id);
    auto more = database_->step(*query);
    for (; more && *more; more = database_->step(*query)) {
        const auto place = place_of(query->number(0));
        const auto name = names->find(query->number(1));
        if (!place || name == names->end()) continue;
        if (!take_room<OwnerBytes>(name->second))
            return too_much("its names take far more memory than the file");
        auto& owners = owners_of_runs_[place->first];
        if (owners.insert(name->first).second && owners.size() > most_names_of_a_run)
            return too_much(fmt::format("holds more than {} owners in one run", most_names_of_a_run));
        ++rows_;
        sample_at(*place).owners.push_back({name->second, stored::bytes(query->number(2))});
    }
    if (!more) return tl::make_unexpected(more.error());
    return check_points();
}

// Each owner has a value in each sample of its run, be it 0.
Expected<void> RecordReader::check_points() const {
    std::uint64_t points = 0;
    for (std::size_t i = 0; i < series_.size(); ++i)
        points += static_cast<std::uint64_t>(owners_of_runs_[i].size()) * series_[i].samples.size();
    if (points > least_points + points_for_a_row * rows_)
        return too_much(fmt::format("holds {} owners of samples in all", points));
    return {};
}

Expected<void> RecordReader::read_categories(std::int64_t from_id) {
    const auto names = read_names("SELECT id, name FROM category");
    if (!names) return tl::make_unexpected(names.error());
    if (names->size() > most_names_of_a_run)
        return too_much(fmt::format("holds more than {} categories", most_names_of_a_run));
    auto query =
        database_->prepare("SELECT sample, category, committed, malloc, count FROM nmt WHERE sample >= ?");
    if (!query) return tl::make_unexpected(query.error());
    query->bind(0, from_id);
    auto more = database_->step(*query);
    for (; more && *more; more = database_->step(*query)) {
        const auto place = place_of(query->number(0));
        const auto name = names->find(query->number(1));
        if (!place || name == names->end()) continue;
        Sample& sample = sample_at(*place);
        if (!sample.nmt) continue;
        if (!take_room<CategorySample>(name->second))
            return too_much("its names take far more memory than the file");
        sample.nmt->categories.push_back({name->second, stored::bytes(query->number(2)),
                                          stored::bytes(query->number(3)),
                                          stored::count(query->optional_number(4))});
    }
    if (!more) return tl::make_unexpected(more.error());
    return {};
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
    const auto gaps = read_gaps(*database_);
    if (!gaps) return tl::make_unexpected(gaps.error());
    std::vector<RecordedSeries> record = join_split_runs(std::move(series_));
    share_out_gaps(*gaps, record);
    return record;
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
