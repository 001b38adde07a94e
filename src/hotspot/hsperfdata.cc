#include "hotspot/hsperfdata.h"

#include <algorithm>
#include <cstddef>

namespace nmtx {
namespace {

constexpr std::size_t prologue_size = 32;
constexpr std::size_t entry_head_size = 20;
constexpr std::int32_t most_entries = 100'000;

// Integers at offsets of a file that another process is writing: every access is checked.
class Bytewise {
  public:
    Bytewise(std::string_view bytes, bool little) : bytes_(bytes), little_(little) {}

    [[nodiscard]] std::optional<std::int32_t> i32(std::size_t at) const {
        const auto value = unsigned_at(at, 4);
        if (!value) return std::nullopt;
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(*value));
    }
    [[nodiscard]] std::optional<std::int64_t> i64(std::size_t at) const {
        const auto value = unsigned_at(at, 8);
        if (!value) return std::nullopt;
        return static_cast<std::int64_t>(*value);
    }

  private:
    [[nodiscard]] std::optional<std::uint64_t> unsigned_at(std::size_t at, std::size_t width) const {
        if (at > bytes_.size() || bytes_.size() - at < width) return std::nullopt;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const std::size_t from = little_ ? at + width - 1 - i : at + i;
            value = (value << 8U) | static_cast<unsigned char>(bytes_[from]);
        }
        return value;
    }

    std::string_view bytes_;
    bool little_;
};

// One entry; all offsets count from its first byte.
//    0 i32 entry_length   4 i32 name_offset   8 i32 vector_length (0: scalar)
//   12 u8 data_type ('J' i64, 'B' bytes of a NUL-terminated string)   13 u8 flags   14 u8 units   15 u8
//   variability   16 i32 data_offset
struct Entry {
    std::size_t length = 0;
    std::size_t name = 0;
    std::size_t data = 0;
    std::size_t vector_length = 0;
    char type = 0;
};

Expected<Entry> entry_at(std::string_view bytes, const Bytewise& file, std::size_t at,
                         const std::string& where) {
    const auto length = file.i32(at);
    const auto name = file.i32(at + 4);
    const auto vector_length = file.i32(at + 8);
    const auto data = file.i32(at + 16);
    if (!length || !name || !vector_length || !data)
        return failure(where, "expected an entry, found the end of the file");
    if (*length < static_cast<std::int32_t>(entry_head_size) ||
        static_cast<std::size_t>(*length) > bytes.size() - at)
        return failure(
            where, "expected an entry inside the file, found the entry length " + std::to_string(*length));
    if (*name < 0 || *name >= *length || *data < 0 || *data > *length || *vector_length < 0)
        return failure(where, "expected offsets inside the entry of " + std::to_string(*length) +
                                  " bytes, found name " + std::to_string(*name) + ", data " +
                                  std::to_string(*data) + ", vector length " +
                                  std::to_string(*vector_length));
    return Entry{static_cast<std::size_t>(*length), static_cast<std::size_t>(*name),
                 static_cast<std::size_t>(*data), static_cast<std::size_t>(*vector_length), bytes[at + 12]};
}

std::string_view until_nul(std::string_view text) {
    return text.substr(0, text.find('\0'));
}

Expected<std::string_view> name_of_entry(const Entry& entry, std::string_view whole,
                                         const std::string& where) {
    const std::string_view name = until_nul(whole.substr(entry.name));
    if (name.size() == entry.length - entry.name) return failure(where, "expected a name that ends in NUL");
    if (entry.type == 'B' && entry.vector_length > entry.length - entry.data)
        return failure(where, "expected a string inside the entry, found the length " +
                                  std::to_string(entry.vector_length));
    return name;
}

Expected<void> add_entry(HsPerfData& perf, const Entry& entry, std::string_view bytes, const Bytewise& file,
                         std::size_t at, const std::string& where) {
    const std::string_view whole = bytes.substr(at, entry.length);
    const auto name = name_of_entry(entry, whole, where);
    if (!name) return tl::make_unexpected(name.error());
    if (entry.type == 'J' && entry.vector_length == 0) {
        if (entry.length - entry.data < 8)
            return failure(where, "expected 8 bytes for the value, found the end of the entry");
        const auto value = file.i64(at + entry.data);
        if (value) perf.counters.insert_or_assign(std::string(*name), *value);
    } else if (entry.type == 'B' && entry.vector_length > 0) {
        perf.counters.insert_or_assign(std::string(*name),
                                       std::string(until_nul(whole.substr(entry.data, entry.vector_length))));
    }
    return {};
}

}  // namespace

std::optional<std::int64_t> HsPerfData::number(std::string_view name) const {
    const auto it = counters.find(name);
    if (it == counters.end()) return std::nullopt;
    const auto* value = std::get_if<std::int64_t>(&it->second);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::string_view> HsPerfData::text(std::string_view name) const {
    const auto it = counters.find(name);
    if (it == counters.end()) return std::nullopt;
    const auto* value = std::get_if<std::string>(&it->second);
    return value != nullptr ? std::optional<std::string_view>(*value) : std::nullopt;
}

// sun.gc.collector.0.invocations 11        sun.gc.generation.0.space.0.used 2196840
// sun.gc.collector.0.lastExitTime 336607366, in ticks of sun.os.hrt.frequency
std::optional<GcCounters> gc_counters(const HsPerfData& perf) {
    GcCounters gc;
    bool any = false;
    const auto add = [](std::int64_t value) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value));
    };
    const double frequency = static_cast<double>(perf.number("sun.os.hrt.frequency").value_or(0));
    constexpr std::string_view prefix = "sun.gc.";
    for (auto at = perf.counters.lower_bound(prefix); at != perf.counters.end(); ++at) {
        const std::string_view name = at->first;
        if (!name.starts_with(prefix)) break;
        const auto* value = std::get_if<std::int64_t>(&at->second);
        if (value == nullptr) continue;
        if (name.starts_with("sun.gc.generation.") && name.ends_with(".used")) {
            any = true;
            gc.used += Bytes(add(*value));
        } else if (name.starts_with("sun.gc.collector.") && name.ends_with(".invocations")) {
            gc.collections = gc.collections.value_or(0) + add(*value);
        } else if (name.starts_with("sun.gc.collector.") && name.ends_with(".lastExitTime") && *value > 0 &&
                   frequency > 0) {
            gc.last_ended_s = std::max(gc.last_ended_s.value_or(0), static_cast<double>(*value) / frequency);
        }
    }
    return any ? std::optional(gc) : std::nullopt;
}

namespace {

// ca fe c0 c0 (this way round on every machine)  01 little endian  02 major  00 minor  01 accessible
// i32 used  i32 overflow  i64 modified  i32 entry offset (32)  i32 number of entries, then the entries one
// behind the other.
Expected<void> check_prologue(std::string_view bytes, const std::string& file_name) {
    constexpr std::string_view magic = "\xca\xfe\xc0\xc0";
    if (bytes.size() < prologue_size)
        return failure(file_name,
                       "expected at least 32 bytes of jvmstat data, found " + std::to_string(bytes.size()));
    if (!bytes.starts_with(magic))
        return failure(file_name, "expected the magic number cafec0c0 of jvmstat data");
    const auto byte_order = static_cast<unsigned char>(bytes[4]);
    const auto major = static_cast<unsigned char>(bytes[5]);
    if (byte_order > 1)
        return failure(file_name, "expected the byte order 0 or 1, found " + std::to_string(byte_order));
    if (major != 2)
        return failure(file_name, "expected format 2 of jvmstat data, found " + std::to_string(major));
    return {};
}

bool is_accessible(std::string_view bytes) {
    return bytes[7] != 0;
}
bool is_little_endian(std::string_view bytes) {
    return bytes[4] == 1;
}

// Calls `each` with every entry, its place and what to call it in errors. Gives the place behind the last.
template <typename Each>
Expected<std::size_t> each_entry(std::string_view bytes, const std::string& file_name, Each each) {
    const Bytewise file(bytes, is_little_endian(bytes));
    const std::int32_t first = file.i32(24).value_or(0);
    const std::int32_t count = file.i32(28).value_or(0);
    if (first < static_cast<std::int32_t>(prologue_size) || static_cast<std::size_t>(first) > bytes.size())
        return failure(file_name, "expected the offset of the first entry, found " + std::to_string(first));
    if (count < 0 || count > most_entries)
        return failure(file_name, "expected at most 100000 entries, found " + std::to_string(count));
    auto at = static_cast<std::size_t>(first);
    for (std::int32_t i = 0; i < count; ++i) {
        const std::string where =
            file_name + ": entry " + std::to_string(i) + " at byte " + std::to_string(at);
        const auto entry = entry_at(bytes, file, at, where);
        if (!entry) return tl::make_unexpected(entry.error());
        if (const auto done = each(*entry, at, where); !done) return tl::make_unexpected(done.error());
        at += entry->length;
    }
    return at;
}

}  // namespace

namespace {

void put_i32(std::string& bytes, std::size_t at, std::size_t number, bool little) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes[at + (little ? i : 3 - i)] = static_cast<char>((number >> (8 * i)) & 0xffU);
}

// An entry with another string, padded to 8 bytes as HotSpot does it.
std::string with_string(std::string_view whole, const Entry& entry, const std::string& value, bool little) {
    std::string out(whole.substr(0, entry.data));
    out += value;
    out += '\0';
    const std::size_t capacity = out.size() - entry.data;
    out.resize((out.size() + 7) / 8 * 8, '\0');
    put_i32(out, 0, out.size(), little);
    put_i32(out, 8, capacity, little);
    return out;
}

}  // namespace

Expected<std::string> rewrite_hsperfdata(
    std::string_view bytes, const std::function<std::string(std::string_view, std::string_view)>& value,
    std::string_view document) {
    const std::string file_name(document);
    if (auto checked = check_prologue(bytes, file_name); !checked)
        return tl::make_unexpected(checked.error());
    std::string out(bytes.substr(0, prologue_size));
    if (is_accessible(bytes)) {
        const bool little = is_little_endian(bytes);
        put_i32(out, 24, prologue_size, little);
        const auto end =
            each_entry(bytes, file_name,
                       [&](const Entry& entry, std::size_t at, const std::string& where) -> Expected<void> {
                           const std::string_view whole = bytes.substr(at, entry.length);
                           const auto name = name_of_entry(entry, whole, where);
                           if (!name) return tl::make_unexpected(name.error());
                           const bool text = entry.type == 'B' && entry.vector_length > 0;
                           if (!text) {
                               out += whole;
                               return {};
                           }
                           const auto before = until_nul(whole.substr(entry.data, entry.vector_length));
                           std::string now = value(*name, before);
                           now.resize(std::min(now.find('\0'), now.size()));
                           out += with_string(whole, entry, now, little);
                           return {};
                       });
        if (!end) return tl::make_unexpected(end.error());
        put_i32(out, 8, out.size(), little);
    }
    out.resize(std::max(out.size(), bytes.size()), '\0');
    return out;
}

Expected<HsPerfData> parse_hsperfdata(std::string_view bytes, std::string_view document) {
    const std::string file_name(document);
    if (auto checked = check_prologue(bytes, file_name); !checked)
        return tl::make_unexpected(checked.error());
    HsPerfData perf;
    perf.accessible = is_accessible(bytes);
    const Bytewise file(bytes, is_little_endian(bytes));
    perf.modified = file.i64(16).value_or(0);
    // The VM is still laying the file out: entries may be half there.
    if (!perf.accessible) return perf;
    const auto end =
        each_entry(bytes, file_name, [&](const Entry& entry, std::size_t at, const std::string& where) {
            return add_entry(perf, entry, bytes, file, at, where);
        });
    if (!end) return tl::make_unexpected(end.error());
    return perf;
}

}  // namespace nmtx
