// The format of pprof (profile.proto here), by protobuf's library, compressed by gzip as its readers expect.
#include <profile.pb.h>
#include <zlib.h>

#include <array>
#include <cmath>
#include <initializer_list>
#include <span>
#include <unordered_map>

#include "base/printable.h"
#include "report/stacks/pprof_allocations.h"
#include "report/stacks/stacks_report.h"

namespace nmtx {
namespace {

constexpr std::size_t longest_pprof_text = 4096;

struct PprofType {
    std::string_view what, unit;
};

class PprofWriter {
  public:
    explicit PprofWriter(const Profile& profile) : profile_(profile) { text(""); }

    // What the values of a sample are, and which of them readers show first.
    void types(std::span<const PprofType> types, std::string_view first) {
        for (const PprofType& type : types) value_type(*out_.add_sample_type(), type.what, type.unit);
        out_.set_default_sample_type(text(first));
    }
    void period(std::string_view what, std::string_view unit, std::int64_t period) {
        value_type(*out_.mutable_period_type(), what, unit);
        out_.set_period(period);
    }
    void sample(std::uint32_t node, std::uint32_t of_thread, std::initializer_list<std::int64_t> values) {
        pprof::Sample& out = *out_.add_sample();
        for (; node != 0; node = profile_.nodes[node].parent)
            out.add_location_id(profile_.nodes[node].site + 1);
        for (const std::int64_t value : values) out.add_value(value);
        const ProfiledThread& thread = profile_.threads[of_thread];
        pprof::Label& name = *out.add_label();
        name.set_key(text("thread"));
        name.set_str(text(thread.name));
        pprof::Label& tid = *out.add_label();
        tid.set_key(text("tid"));
        tid.set_num(static_cast<std::int64_t>(thread.tid));
    }
    std::string bytes() {
        head();
        functions();
        return out_.SerializeAsString();
    }

  private:
    std::int64_t text(std::string_view text) {
        std::string shown = printable(text.substr(0, longest_pprof_text));
        const auto [at, added] = texts_.try_emplace(std::move(shown), out_.string_table_size());
        if (added) out_.add_string_table(at->first);
        return at->second;
    }

    void value_type(pprof::ValueType& type, std::string_view what, std::string_view unit) {
        type.set_type(text(what));
        type.set_unit(text(unit));
    }

    void head() {
        const SamplingRun& run = profile_.run;
        out_.set_time_nanos(run.started_unix_ms * 1'000'000);
        out_.set_duration_nanos(static_cast<std::int64_t>(run.seconds * 1e9));
        // Names are known: no reader has to look for symbols.
        pprof::Mapping& mapping = *out_.add_mapping();
        mapping.set_id(1);
        mapping.set_filename(text(run.process));
        mapping.set_has_functions(true);
    }

    // Ids begin with 1.
    void functions() {
        for (std::size_t i = 0; i < profile_.functions.size(); ++i) {
            const ProfiledFunction& function = profile_.functions[i];
            pprof::Function& out = *out_.add_function();
            out.set_id(i + 1);
            out.set_name(text(function.name.empty() ? "?" : function.name));
            out.set_system_name(out.name());
            out.set_filename(text(function.file));
        }
        for (std::size_t i = 0; i < profile_.sites.size(); ++i) {
            pprof::Location& out = *out_.add_location();
            out.set_id(i + 1);
            out.set_mapping_id(1);
            pprof::Line& line = *out.add_line();
            line.set_function_id(profile_.sites[i].function + 1);
            line.set_line(profile_.sites[i].line);
        }
    }

    const Profile& profile_;
    pprof::Profile out_;
    std::unordered_map<std::string, std::int64_t> texts_;
};

Expected<std::string> gzipped(std::string_view bytes) {
    constexpr int gzip_header = 16, window_bits = 15, memory_level = 8;
    z_stream stream{};
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_header + window_bits, memory_level,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        return failure("the profile", "could not be compressed: out of memory");
    std::string out(::deflateBound(&stream, bytes.size()), '\0');
    // Read only; the type is older than const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int done = ::deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    if (done != Z_STREAM_END) return failure("the profile", "could not be compressed");
    return out;
}

Expected<std::string> finished(PprofWriter& writer) {
    const std::string bytes = writer.bytes();
    // protobuf writes no message of 2 GiB or more.
    if (bytes.empty()) return failure("the profile", "is too large for pprof's format", "write .collapsed");
    return gzipped(bytes);
}

}  // namespace

Expected<std::string> pprof_stacks(const Profile& profile) {
    const std::string_view weight = profile.run.mode == ProfileMode::cpu ? "cpu" : "wall";
    PprofWriter writer(profile);
    writer.types(std::array{PprofType{"samples", "count"}, PprofType{weight, "nanoseconds"}}, weight);
    writer.period(weight, "nanoseconds", static_cast<std::int64_t>(profile.run.period_ns));
    for (const StackSum& stack : profile.stacks)
        writer.sample(stack.node, stack.thread,
                      {static_cast<std::int64_t>(stack.samples), static_cast<std::int64_t>(stack.weight_ns)});
    return finished(writer);
}

// The names that pprof knows from Go's heap profiles.
Expected<std::string> pprof_allocations(const AllocationProfile& profile, bool live) {
    PprofWriter writer(profile.calls);
    writer.types(std::array{PprofType{"alloc_objects", "count"}, PprofType{"alloc_space", "bytes"},
                            PprofType{"inuse_objects", "count"}, PprofType{"inuse_space", "bytes"}},
                 live ? "inuse_space" : "alloc_space");
    writer.period("space", "bytes", std::llround(profile.run.period_bytes));
    for (const AllocationSums& sum : sums_by_stack(profile)) {
        writer.sample(sum.node, sum.thread,
                      {std::llround(sum.alloc_objects), std::llround(sum.alloc_space),
                       std::llround(sum.inuse_objects), std::llround(sum.inuse_space)});
    }
    return finished(writer);
}

}  // namespace nmtx
