// What readers of a JVM's tables have in common: each looks up what it wants, notes the first thing that is
// missing and goes on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hotspot/vm/vm_layout.h"

namespace nmtx {

class VmTableReader {
  protected:
    // Both must outlive it.
    VmTableReader(const VmTables& tables, VmMemory& memory) : tables_(tables), memory_(memory) {}

    void miss(std::string_view what) {
        if (missing_.empty()) missing_ = what;
    }
    [[nodiscard]] bool has(std::string_view type, std::string_view name) const {
        return tables_.field(type, name) != nullptr;
    }
    [[nodiscard]] std::optional<VmPart> part_if(std::string_view type, std::string_view name) const {
        const VmField* const field = tables_.field(type, name);
        return field != nullptr && !field->is_static ? std::optional(part_of(*field)) : std::nullopt;
    }
    VmPart part(std::string_view type, std::string_view name) {
        const auto found = part_if(type, name);
        if (!found) miss(std::string(type) + "::" + std::string(name));
        return found.value_or(VmPart{});
    }
    // Where a static field is.
    [[nodiscard]] std::optional<Address> fixed(std::string_view type, std::string_view name) const {
        const VmField* const field = tables_.field(type, name);
        return field != nullptr && field->is_static ? std::optional(field->address) : std::nullopt;
    }
    // A static field's number, of the first of these types that has it.
    std::optional<std::uint64_t> value(
        std::initializer_list<std::pair<std::string_view, std::string_view>> names) {
        for (const auto& [type, name] : names) {
            const VmField* const field = tables_.field(type, name);
            if (field == nullptr || !field->is_static) continue;
            VmPart whole = part_of(*field);
            whole.offset = 0;
            if (const auto number = read_part(memory_, field->address, whole)) return number;
        }
        miss(std::string(names.begin()->first) + "::" + std::string(names.begin()->second));
        return std::nullopt;
    }
    std::uint64_t size(std::string_view type) {
        const auto bytes = tables_.size_of(type);
        if (!bytes) miss("size of " + std::string(type));
        return bytes.value_or(0);
    }
    // Where something was missing, says what.
    [[nodiscard]] std::optional<std::string> complaint() const {
        return missing_.empty() ? std::nullopt : std::optional("its tables have no " + missing_);
    }

    const VmTables& tables_;
    VmMemory& memory_;

  private:
    std::string missing_;
};

}  // namespace nmtx
