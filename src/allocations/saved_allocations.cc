#include "allocations/saved_allocations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/json_fields.h"
#include "base/printable.h"

namespace nmtx {
namespace {

using nlohmann::json;

constexpr int known_schema = 2;
constexpr int deepest_level = 5;
constexpr std::size_t most_document = std::size_t{128} << 20U;
// Sums and quotients of such numbers are still finite.
constexpr double most_number = 1e18, most_seconds = 1e9, least_seconds = 1e-9, rounding = 1e-6;
constexpr std::string_view again = "sample again: nmtx allocs PID --json > FILE.json";

std::optional<CodeKind> kind_named(std::string_view name) {
    for (const CodeKind kind : {CodeKind::java, CodeKind::native, CodeKind::stub, CodeKind::mark}) {
        if (name == name_of(kind)) return kind;
    }
    return std::nullopt;
}

// Nothing, or long enough to divide by.
bool is_length(double seconds) {
    return seconds == 0 || (seconds >= least_seconds && seconds <= most_seconds);
}

void read_names(JsonFields& fields, const char* key, std::vector<std::string>& into) {
    const json* const list = fields.find(key);
    if (list == nullptr || !list->is_array()) return;
    for (const json& name : *list) {
        if (const auto text = text_of_json(name)) into.push_back(printable(*text));
    }
}

void read_run(JsonFields& fields, AllocationRun& run) {
    fields.read("asked_s", run.asked_s);
    fields.read("seconds", run.seconds);
    fields.read("allocator", run.allocator);
    fields.read("library", run.library);
    fields.read("with_jvm", run.with_jvm);
    fields.read_whole("windows", run.window_count);
    fields.read("windows_s", run.windows_s);
    fields.read("period_bytes", run.period_bytes);
    fields.read("slowed_at_most", run.slowed);
    fields.read("one_for_several", run.one_for_several);
    if (fields.find("live_unseen_bytes") != nullptr) fields.read("live_unseen_bytes", run.live_unseen);
    if (fields.find("live_unseen_blocks") != nullptr)
        fields.read("live_unseen_blocks", run.live_unseen_blocks);
    if (run.live_unseen < 0 || run.live_unseen > most_number || run.live_unseen_blocks < 0 ||
        run.live_unseen_blocks > most_number)
        fields.complain("live_unseen_bytes or live_unseen_blocks is out of range");
    if (fields.find("live_counted") != nullptr) fields.read("live_counted", run.live_counted);
    if (fields.find("unseen_cpu") != nullptr) {  // else an older nmtx wrote it
        fields.read("unseen_cpu", run.unseen_cpu);
        fields.read_whole("threads_seen", run.threads_seen);
    }
    read_names(fields, "functions", run.functions);
    read_names(fields, "functions_left_out", run.functions_left_out);
    for (const double seconds : {run.asked_s, run.seconds, run.windows_s}) {
        if (!is_length(seconds)) fields.complain("a length of time is out of range");
    }
    if (run.period_bytes < 0 || run.period_bytes > most_number || run.slowed < 0 || run.slowed > 1)
        fields.complain("period_bytes or slowed_at_most is out of range");
}

void read_functions(JsonFields& fields, Profile& calls) {
    fields.read_list("functions", [&](JsonFields& one) {
        ProfiledFunction function;
        std::string kind;
        one.read("name", function.name);
        if (const json* file = one.find("file"); file != nullptr && !file->is_null())
            one.read("file", function.file);
        one.read("kind", kind);
        const auto known = kind_named(kind);
        if (!known) return one.complain("kind: expected Java, native, JVM stub or mark");
        function.name = printable(function.name);
        function.file = printable(function.file);
        function.kind = *known;
        calls.sites.push_back({static_cast<std::uint32_t>(calls.functions.size()), 0});
        calls.functions.push_back(std::move(function));
    });
}

// The list of a key, of numbers that are at most `most`.
class Numbers {
  public:
    Numbers(JsonFields& fields, const char* key) : fields_(fields), key_(key), list_(fields.find(key)) {
        if (list_ == nullptr || !list_->is_array()) fields.complain(fmt::format("{}: expected a list", key));
    }
    [[nodiscard]] std::size_t size() const {
        return list_ != nullptr && list_->is_array() ? list_->size() : 0;
    }
    double at(std::size_t i, double least, double most) {
        const json& value = (*list_)[i];
        const double number = value.is_number() ? value.get<double>() : -1;
        if (number >= least && number <= most) return number;
        fields_.complain(fmt::format("{}[{}]: expected a number from {} to {}", key_, i, least, most));
        return least;
    }
    // Below `bound`.
    std::uint32_t index(std::size_t i, std::size_t bound) {
        const json& value = (*list_)[i];
        const std::uint64_t number = value.is_number_unsigned() ? value.get<std::uint64_t>() : bound;
        if (number < bound) return static_cast<std::uint32_t>(number);
        fields_.complain(fmt::format("{}[{}]: expected a whole number below {}", key_, i, bound));
        return 0;
    }

  private:
    JsonFields& fields_;
    const char* key_;
    const json* list_;
};

void read_nodes(JsonFields& fields, Profile& calls) {
    fields.read_object("nodes", [&](JsonFields& columns) {
        Numbers parents(columns, "parent"), functions(columns, "function");
        if (parents.size() != functions.size() || parents.size() == 0)
            return columns.complain("its lists are empty, or not as long as each other");
        calls.nodes.resize(1);
        for (std::size_t i = 1; i < parents.size() && !columns.wrong(); ++i)
            calls.nodes.push_back({parents.index(i, i), functions.index(i, calls.functions.size())});
    });
}

void read_windows(JsonFields& fields, AllocationRun& run) {
    fields.read_object("windows", [&](JsonFields& columns) {
        Numbers seconds(columns, "seconds"), stands_for(columns, "stands_for"), strata(columns, "stratum");
        if (seconds.size() != stands_for.size() || seconds.size() != strata.size())
            return columns.complain("its lists are not as long as each other");
        for (std::size_t i = 0; i < seconds.size() && !columns.wrong(); ++i) {
            run.windows.push_back({seconds.at(i, 0, most_seconds), stands_for.at(i, 0, most_seconds),
                                   strata.index(i, most_strata)});
            if (!is_length(run.windows.back().seconds)) columns.complain("a window is too short");
        }
    });
}

void read_cells(JsonFields& fields, AllocationProfile& profile) {
    if (fields.find("cells") == nullptr) return;  // new blocks were not counted, or an older nmtx wrote it
    fields.read("live_doubt", profile.run.live_doubt);
    if (profile.run.live_doubt < 0 || profile.run.live_doubt > most_number)
        fields.complain("live_doubt is out of range");
    fields.read_object("cells", [&](JsonFields& columns) {
        Numbers counted(columns, "counted"), scales(columns, "scale"), most(columns, "most");
        if (counted.size() != scales.size() || counted.size() != most.size())
            return columns.complain("its lists are not as long as each other");
        for (std::size_t i = 0; i < counted.size() && !columns.wrong(); ++i)
            profile.live_cells.push_back(
                {counted.index(i, 2) == 1, scales.at(i, 0, most_number), most.at(i, 0, most_number), 0});
        if (columns.find("doubt") == nullptr) return;  // an older nmtx wrote it
        Numbers doubts(columns, "doubt");
        if (doubts.size() != counted.size())
            return columns.complain("its lists are not as long as each other");
        for (std::size_t i = 0; i < doubts.size() && !columns.wrong(); ++i)
            profile.live_cells[i].doubt = doubts.at(i, 0, most_number);
    });
}

// By which what is in use is estimated, where new blocks were counted.
void read_places(JsonFields& columns, AllocationProfile& profile) {
    Numbers threads(columns, "thread"), cells(columns, "cell"), parts(columns, "live_part");
    const std::size_t size = profile.samples.size();
    if (threads.size() != size || cells.size() != size || parts.size() != size)
        return columns.complain("its lists are not as long as each other");
    std::optional<Numbers> judged;
    if (columns.find("judged") != nullptr) judged.emplace(columns, "judged");  // else an older nmtx wrote it
    if (judged && judged->size() != size) return columns.complain("its lists are not as long as each other");
    for (std::size_t i = 0; i < profile.samples.size() && !columns.wrong(); ++i) {
        AllocationSample& sample = profile.samples[i];
        sample.thread = threads.index(i, profile.samples.size());
        const std::uint32_t cell = cells.index(i, profile.live_cells.size() + 1);
        if (cell > 0) sample.cell = cell - 1;
        sample.live_part = parts.at(i, -1000, 1);
        if (judged) sample.judged = judged->index(i, 2) == 1;
        if (sample.thread >= profile.calls.threads.size()) profile.calls.threads.resize(sample.thread + 1);
    }
}

void read_samples(JsonFields& fields, AllocationProfile& profile) {
    fields.read_object("samples", [&](JsonFields& columns) {
        Numbers nodes(columns, "node"), windows(columns, "window"), bytes(columns, "bytes");
        Numbers weights(columns, "weight"), doubts(columns, "doubt"), live(columns, "live");
        for (const Numbers* other : {&windows, &bytes, &weights, &doubts, &live}) {
            if (other->size() != nodes.size())
                return columns.complain("its lists are not as long as each other");
        }
        for (std::size_t i = 0; i < nodes.size() && !columns.wrong(); ++i) {
            AllocationSample sample;
            sample.node = nodes.index(i, profile.calls.nodes.size());
            sample.window = windows.index(i, profile.run.windows.size());
            sample.bytes = static_cast<std::uint64_t>(bytes.at(i, 0, most_number));
            sample.weight = weights.at(i, 1, most_number);
            sample.doubt = doubts.at(i, 0, most_number);
            sample.live = live.index(i, 2) == 1;
            sample.live_part = sample.live ? 1 : 0;
            profile.samples.push_back(sample);
        }
        if (!profile.live_cells.empty()) read_places(columns, profile);
    });
}

// What was sampled was sampled in some time, and in windows that follow each other.
void check_times(JsonFields& fields, const AllocationProfile& profile) {
    const bool in_no_window = std::ranges::any_of(profile.samples, [&](const AllocationSample& sample) {
        return profile.run.windows[sample.window].seconds == 0;
    });
    if (!profile.samples.empty() && (profile.run.seconds == 0 || in_no_window))
        fields.complain("there are samples, but the time in which they were taken is 0");
    if (profile.run.windows_s > profile.run.seconds * (1 + rounding))
        fields.complain("the windows are longer than the run that they are part of");
}

}  // namespace

bool looks_like_allocations(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin != std::string_view::npos && text[begin] == '{' &&
           text.find("\"sampling\"") != std::string_view::npos;
}

Expected<AllocationProfile> parse_allocations(std::string_view text, const std::string& document) {
    if (text.size() > most_document)
        return failure(document, fmt::format("has more than {} bytes", most_document));
    const auto parsed = parse_json(text, document, deepest_level);
    if (!parsed) return tl::make_unexpected(parsed.error());
    JsonFields fields(*parsed, {});
    int schema = 0;
    fields.read_whole("schema", schema);
    if (!fields.wrong() && schema != known_schema)
        return failure(document, fmt::format("has schema {}; this nmtx reads {}", schema, known_schema),
                       std::string(again));
    if (fields.find("sampling") == nullptr || fields.find("bytes") == nullptr)
        return failure(document, "is not the JSON of nmtx allocs", std::string(again));
    if (fields.find("profile") == nullptr)
        return failure(document, "has no samples: it was written by an older nmtx", std::string(again));
    AllocationProfile profile;
    profile.calls.threads.emplace_back();
    fields.read_whole("pid", profile.run.pid);
    fields.read("process", profile.run.process);
    fields.read("taken_at", profile.run.started_at);
    fields.read_object("sampling", [&](JsonFields& run) { read_run(run, profile.run); });
    fields.read_object("profile", [&](JsonFields& samples) {
        samples.read("knows_live", profile.run.knows_live);
        read_functions(samples, profile.calls);
        read_nodes(samples, profile.calls);
        read_windows(samples, profile.run);
        read_cells(samples, profile);
        read_samples(samples, profile);
    });
    if (!fields.wrong()) check_times(fields, profile);
    if (fields.wrong()) return failure(document, *fields.wrong(), std::string(again));
    return profile;
}

}  // namespace nmtx
