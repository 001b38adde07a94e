#include "hotspot/vm/vm_tables.h"

#include <array>

namespace nmtx {
namespace {

constexpr std::size_t most_table_entries = 8192;  // JDK 8 to 28 have up to 1,400 in the largest table
constexpr std::size_t longest_vm_name = 512;
constexpr std::uint64_t longest_stride = 256;

constexpr std::string_view prefix = "gHotSpotVM";

// A table: its own symbol, the one of its stride, and those of the parts of an entry.
struct TableSymbols {
    std::string_view table, stride;
    std::array<std::string_view, 6> parts;
};
constexpr TableSymbols structs{
    "Structs",
    "StructEntryArrayStride",
    {"StructEntryTypeNameOffset", "StructEntryFieldNameOffset", "StructEntryTypeStringOffset",
     "StructEntryIsStaticOffset", "StructEntryOffsetOffset", "StructEntryAddressOffset"}};
constexpr TableSymbols types{
    "Types", "TypeEntryArrayStride", {"TypeEntryTypeNameOffset", "TypeEntrySizeOffset", {}, {}, {}, {}}};
constexpr TableSymbols int_constants{
    "IntConstants",
    "IntConstantEntryArrayStride",
    {"IntConstantEntryNameOffset", "IntConstantEntryValueOffset", {}, {}, {}, {}}};
constexpr TableSymbols long_constants{
    "LongConstants",
    "LongConstantEntryArrayStride",
    {"LongConstantEntryNameOffset", "LongConstantEntryValueOffset", {}, {}, {}, {}}};

}  // namespace

const std::vector<std::string>& vm_table_symbols() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const TableSymbols* table : {&structs, &types, &int_constants, &long_constants}) {
            for (const std::string_view name : {table->table, table->stride})
                all.push_back(std::string(prefix) + std::string(name));
            for (const std::string_view part : table->parts) {
                if (!part.empty()) all.push_back(std::string(prefix) + std::string(part));
            }
        }
        return all;
    }();
    return names;
}

class VmTablesReader {
  public:
    VmTablesReader(VmMemory& memory, const VmSymbols& symbols) : memory_(memory), symbols_(symbols) {}

    Expected<VmTables> read() {
        entries(structs, [this](const Entry& entry) { return take_field(entry); });
        entries(types, [this](const Entry& entry) {
            const auto size = memory_.read<std::uint64_t>(entry.at(1));
            if (size) tables_.sizes_.emplace(entry.name, *size);
            return size.has_value();
        });
        entries(int_constants, [this](const Entry& entry) {
            const auto value = memory_.read<std::int32_t>(entry.at(1));
            if (value) tables_.constants_.emplace(entry.name, *value);
            return value.has_value();
        });
        entries(long_constants, [this](const Entry& entry) {
            const auto value = memory_.read<std::int64_t>(entry.at(1));
            if (value) tables_.constants_.emplace(entry.name, *value);
            return value.has_value();
        });
        if (!wrong_.empty()) return failure("libjvm.so", wrong_);
        return std::move(tables_);
    }

  private:
    struct Entry {
        std::string name;
        Address begin;
        std::array<std::uint64_t, 6> parts{};
        [[nodiscard]] Address at(std::size_t part) const { return begin + Bytes(parts[part]); }
    };

    // What a symbol's word holds.
    std::uint64_t word(std::string_view name) {
        const std::string symbol = std::string(prefix) + std::string(name);
        const auto at = symbols_(symbol);
        const auto value = at ? memory_.read<std::uint64_t>(*at) : std::nullopt;
        if (!value && wrong_.empty())
            wrong_ = symbol + (at ? " cannot be read" : " is not exported: not HotSpot's, or cut down");
        return value.value_or(0);
    }

    template <typename Take>
    void entries(const TableSymbols& table, Take take) {
        Entry entry;
        entry.begin = Address{word(table.table)};
        const std::uint64_t stride = word(table.stride);
        for (std::size_t i = 0; i < table.parts.size(); ++i) {
            if (!table.parts[i].empty()) entry.parts[i] = word(table.parts[i]);
            if (entry.parts[i] >= longest_stride && wrong_.empty()) wrong_ = "an entry's part lies beyond it";
        }
        if (wrong_.empty() && (stride == 0 || stride > longest_stride)) wrong_ = "a table has no stride";
        for (std::size_t n = 0; wrong_.empty(); ++n, entry.begin = entry.begin + Bytes(stride)) {
            const auto name = memory_.read<std::uint64_t>(entry.at(0));
            if (name && *name == 0) return;
            const auto text = name && n < most_table_entries ? memory_.text(Address{*name}, longest_vm_name)
                                                             : std::optional<std::string>();
            if (text) entry.name = *text;
            if (!text || !take(entry)) wrong_ = "the table " + std::string(table.table) + " has no end";
        }
    }

    bool take_field(const Entry& entry) {
        const auto name_at = memory_.pointer(entry.at(1));
        const auto name = name_at ? memory_.text(*name_at, longest_vm_name) : std::nullopt;
        const auto is_static = memory_.read<std::int32_t>(entry.at(3));
        const auto offset = memory_.read<std::uint64_t>(entry.at(4)),
                   address = memory_.read<std::uint64_t>(entry.at(5));
        if (!name || !is_static || !offset || !address) return false;
        VmField field{{}, *is_static != 0, *offset, Address{*address}};
        // Some have none.
        if (const auto type = memory_.pointer(entry.at(2)))
            field.type = memory_.text(*type, longest_vm_name).value_or("");
        tables_.fields_.emplace(entry.name + "::" + *name, std::move(field));
        return true;
    }

    VmMemory& memory_;
    const VmSymbols& symbols_;
    VmTables tables_;
    std::string wrong_;
};

Expected<VmTables> VmTables::read(VmMemory& memory, const VmSymbols& symbols) {
    return VmTablesReader(memory, symbols).read();
}

const VmField* VmTables::field(std::string_view type, std::string_view name) const {
    const auto found = fields_.find(std::string(type) + "::" + std::string(name));
    return found == fields_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> VmTables::size_of(std::string_view type) const {
    const auto found = sizes_.find(std::string(type));
    return found == sizes_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> VmTables::constant(std::string_view name) const {
    const auto found = constants_.find(std::string(name));
    return found == constants_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace nmtx
