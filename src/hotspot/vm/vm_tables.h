// libjvm.so's description of its own data structures: the tables that the serviceability agent reads. Every
// HotSpot from 8 to 28 exports them as dynamic symbols; layouts come from them, not from the release.
//
//   gHotSpotVMStructs         type, field, type of the field, static?, offset, address
//   gHotSpotVMTypes           type, superclass, size
//   gHotSpotVMIntConstants    name, value
//   gHotSpotVMLongConstants   name, value
//
// Each is an array that ends with an entry whose first name is null; the offsets in an entry come from
// further symbols (gHotSpotVMStructEntryTypeNameOffset, …, gHotSpotVMStructEntryArrayStride). Source:
// HotSpot src/hotspot/share/runtime/vmStructs.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "hotspot/vm/vm_memory.h"

namespace nmtx {

// The address of a symbol of libjvm.so in the target; nothing where it exports none of that name.
using VmSymbols = std::function<std::optional<Address>(std::string_view)>;

// All names that VmTables needs.
const std::vector<std::string>& vm_table_symbols();

struct VmField {
    std::string type;  // "int", "CodeHeap*"
    bool is_static = false;
    std::uint64_t offset = 0;  // in its object; not for a static field
    Address address;           // of a static field
};

class VmTables {
  public:
    // Fails where a symbol is missing, or a table is unreadable or without an end.
    static Expected<VmTables> read(VmMemory& memory, const VmSymbols& symbols);

    // Null where the release does not have it.
    [[nodiscard]] const VmField* field(std::string_view type, std::string_view name) const;
    [[nodiscard]] std::optional<std::uint64_t> size_of(std::string_view type) const;
    [[nodiscard]] std::optional<std::int64_t> constant(std::string_view name) const;

  private:
    friend class VmTablesReader;
    std::unordered_map<std::string, VmField> fields_;  // by "type::field"
    std::unordered_map<std::string, std::uint64_t> sizes_;
    std::unordered_map<std::string, std::int64_t> constants_;
};

}  // namespace nmtx
